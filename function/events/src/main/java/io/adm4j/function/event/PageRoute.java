package io.adm4j.function.event;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.StaticHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Serves the page at {@code /} to GET and HEAD: Funqy's function would take every method there. */
@ApplicationScoped
class PageRoute {
    /** After the function's own check of requests, before Funqy. */
    private static final int ORDER = -999;

    void serve(@Observes Router router) {
        router.route("/")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .order(ORDER)
                .handler(StaticHandler.create("META-INF/resources").setCachingEnabled(false));
    }
}
