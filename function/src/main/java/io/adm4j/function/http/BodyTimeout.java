package io.adm4j.function.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/** Cuts requests whose body takes too long to arrive, however busily it trickles. */
final class BodyTimeout {
    private final Vertx vertx;
    private final Duration most;

    BodyTimeout(Vertx vertx, Duration most) {
        this.vertx = vertx;
        this.most = most;
    }

    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return request.getHeader("Transfer-Encoding") != null || length != null && !length.equals("0");
    }

    /** A connection whose request was not read to its end cannot take another. */
    static void hangUpAfterwards(RoutingContext request) {
        if (hasBody(request.request()) && request.request().version() != HttpVersion.HTTP_2) {
            request.response().putHeader("Connection", "close");
            request.addEndHandler(ended -> request.request().connection().close());
        }
    }

    void limit(RoutingContext request) {
        HttpServerRequest body = request.request();
        if (hasBody(body)) {
            long timer = vertx.setTimer(most.toMillis(), late -> {
                if (!body.isEnded() && !request.response().ended()) {
                    hangUpAfterwards(request);
                    request.fail(HttpException.tooSlow(
                            "The body did not arrive within " + most.toSeconds() + " seconds: send it faster."));
                }
            });
            request.addEndHandler(ended -> vertx.cancelTimer(timer));
        }
        request.next();
    }
}
