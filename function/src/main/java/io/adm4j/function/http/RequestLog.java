package io.adm4j.function.http;

import io.adm4j.function.operations.AccessLine;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Gives each request an id, which is in the response and in all its log lines, and writes one line when it has ended. Health
 * and metrics have none.
 */
public final class RequestLog {
    /** The category of the lines. */
    static final String CATEGORY = "io.adm4j.access";

    private static final Logger LOG = Logger.getLogger(CATEGORY);
    private static final String REQUEST = "requestId";
    private static final String TRACE = "traceId";
    private static final String OPERATIONS = "/q/";
    private static final String IMAGES = "adm4j.images";
    private static final String CLIENT = "adm4j.client";
    /** Proxies' status for a client that hung up. */
    private static final int HUNG_UP = 499;

    private static final int LONGEST_PATH = 200;
    private static final int MOST_REFUSED_PER_SECOND = 20;

    private final boolean lines;
    private final LineLimit refused = new LineLimit(MOST_REFUSED_PER_SECOND, TimeUnit.SECONDS.toNanos(1));

    RequestLog(boolean lines) {
        this.lines = lines;
    }

    /** Says how many images a request has asked for. */
    public static void images(RoutingContext request, int count) {
        request.put(IMAGES, count);
    }

    /** Says who sent a request. */
    static void client(RoutingContext request, String client) {
        request.put(CLIENT, client);
    }

    /** Who sent a request: the client of its key or token, else its address, behind a proxy that which Quarkus takes from it. */
    static String client(RoutingContext request) {
        String named = request.get(CLIENT);
        if (named != null) {
            return named;
        }
        if (request.user() != null && request.user().principal().getString("username") != null) {
            return request.user().principal().getString("username").replaceAll("[^!-~]", "?");
        }
        return Optional.ofNullable(request.request().remoteAddress())
                .map(SocketAddress::hostAddress)
                .orElse("unknown");
    }

    void begin(RoutingContext request) {
        long start = System.nanoTime();
        RequestId id = RequestId.of(request.request());
        name(id);
        request.response().putHeader(RequestId.HEADER, id.id());
        if (lines && !request.request().path().startsWith(OPERATIONS)) {
            request.addEndHandler(ended -> write(request, id, start, ended.succeeded()));
        }
        request.next();
    }

    private void write(RoutingContext request, RequestId id, long start, boolean answered) {
        int status = answered ? request.response().getStatusCode() : HUNG_UP;
        long now = System.nanoTime();
        if (status >= 400 && status < 500 && !refused.allows(now)) {
            return;
        }
        AccessLine line = new AccessLine(
                request.request().method().name(),
                path(request),
                status,
                TimeUnit.NANOSECONDS.toMillis(now - start),
                request.response().bytesWritten(),
                request.<Integer>get(IMAGES, 0),
                client(request),
                refused.left(now));
        boolean named = MDC.get(REQUEST) != null;
        // The response may have been ended by a thread that computed it and knows no request.
        name(id);
        LOG.infof("%s", line);
        if (!named) {
            MDC.remove(REQUEST);
            MDC.remove(TRACE);
        }
    }

    private static void name(RequestId id) {
        MDC.put(REQUEST, id.id());
        id.trace().ifPresent(trace -> MDC.put(TRACE, trace));
    }

    /** Without the query, which may hold a secret, and without what could break a line. */
    private static String path(RoutingContext request) {
        String path = request.request().path().replaceAll("[^!-~]", "?");
        return path.length() > LONGEST_PATH ? path.substring(0, LONGEST_PATH) + "..." : path;
    }
}
