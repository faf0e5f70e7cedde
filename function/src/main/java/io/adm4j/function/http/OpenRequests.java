package io.adm4j.function.http;

import io.adm4j.function.service.SamplingService;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * The requests under way at all doors and the connections that they came by: the process ends when their answers are
 * written.
 *
 * <p>An answer counts as given once it is handed to Vert.x, but its bytes may wait for a slow client long after that, and
 * Vert.x drops them when it is closed.
 */
@Singleton
public class OpenRequests {
    private static final Logger LOG = Logger.getLogger(OpenRequests.class);

    /** After the sampling, which answers what is under way. */
    private static final int LAST = 10_000;

    /** How long the bytes of answers may take that were there only at the end of the grace period. */
    private static final Duration LAST_BYTES = Duration.ofSeconds(3);

    private final SamplingService sampling;
    private final Set<RoutingContext> requests = ConcurrentHashMap.newKeySet();

    /** Connections that are closed leave by themselves. */
    private final Map<HttpConnection, HttpVersion> connections = Collections.synchronizedMap(new WeakHashMap<>());

    @Inject
    OpenRequests(SamplingService sampling) {
        this.sampling = sampling;
    }

    void begin(RoutingContext request) {
        requests.add(request);
        request.addEndHandler(ended -> requests.remove(request));
        connections.put(request.request().connection(), request.request().version());
        request.next();
    }

    void drain(@Observes @Priority(LAST) ShutdownDelayInitiatedEvent event) {
        Duration left = sampling.graceLeft();
        if (!finish(left.compareTo(LAST_BYTES) > 0 ? left : LAST_BYTES)) {
            LOG.warn("Some answers were not written in time: their clients are too slow.");
        }
    }

    /**
     * Waits for the answers of all requests, then closes their connections, each when its bytes are written.
     *
     * @return whether all were written in this time
     */
    boolean finish(Duration most) {
        long end = System.nanoTime() + most.toNanos();
        try {
            while (!requests.isEmpty()) {
                if (System.nanoTime() > end) {
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
            Future.join(close(end - System.nanoTime()))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    private List<Future<Void>> close(long nanos) {
        synchronized (connections) {
            return connections.entrySet().stream()
                    .map(entry -> entry.getValue() == HttpVersion.HTTP_2
                            ? entry.getKey().shutdown(nanos, TimeUnit.NANOSECONDS)
                            : entry.getKey().close())
                    .toList();
        }
    }
}
