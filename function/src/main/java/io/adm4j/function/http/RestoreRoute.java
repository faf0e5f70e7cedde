package io.adm4j.function.http;

import io.adm4j.function.service.RestoreFields;
import io.adm4j.function.service.RestoreQuery;
import io.adm4j.function.service.RestoreResult;
import io.adm4j.function.service.SamplingService;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/**
 * The same function for forms and {@code curl -F}: one PNG file, a grid of several results. A route for the same reason as those of the
 * Open Inference Protocol: Quarkus REST fails on requests over HTTP/2 whose body was read before.
 */
@ApplicationScoped
public class RestoreRoute {
    @Inject
    SamplingService sampling;

    void install(@Observes Router router) {
        router.post(RestoreDoor.IMAGE).blockingHandler(this::restore, false);
    }

    private void restore(RoutingContext request) {
        RestoreFields given = RestoreBody.read(request);
        RestoreQuery query = sampling.check(given.with(Clients.fields(given.values(), request)));
        RequestLog.images(request, query.count());
        SampleCaching.apply(request, query);
        Clients.answer(sampling.submit(query), request)
                .subscribe()
                .with(result -> answer(request.response(), result), request::fail);
    }

    private static void answer(HttpServerResponse response, RestoreResult result) {
        if (response.closed()) {
            return;
        }
        response.putHeader("Content-Type", RestoreDoor.PNG)
                .putHeader("Adm4j-Bundle", result.bundle())
                .putHeader("Adm4j-Seed", String.valueOf(result.query().seed()))
                .putHeader("Adm4j-Milliseconds", String.valueOf(result.milliseconds()))
                .end(Buffer.buffer(result.images().file()));
    }
}
