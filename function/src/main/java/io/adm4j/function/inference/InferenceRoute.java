package io.adm4j.function.inference;

import io.adm4j.function.http.BodyType;
import io.adm4j.function.http.Clients;
import io.adm4j.function.http.RequestLog;
import io.adm4j.function.service.SampleQuery;
import io.adm4j.function.service.SamplingService;
import io.adm4j.sampling.StepListener;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Objects;

/**
 * Samples images for the Open Inference Protocol. A route rather than a resource: Quarkus REST fails on requests over HTTP/2
 * whose body was read before, as all bodies are here.
 */
@ApplicationScoped
public class InferenceRoute {
    @Inject
    SamplingService sampling;

    @Inject
    ServedModel served;

    void install(@Observes Router router) {
        router.post("/v2/models/:name/infer").blockingHandler(this::infer, false);
        router.post("/v2/models/:name/versions/:version/infer").blockingHandler(this::infer, false);
    }

    private void infer(RoutingContext http) {
        String name = Objects.requireNonNull(http.pathParam("name"));
        served.requireName(name);
        String version = http.pathParam("version");
        if (version != null) {
            served.requireVersion(version);
        }
        Buffer sent = http.body().buffer();
        InferenceRequest request = InferenceRequest.read(
                sent == null ? new byte[0] : sent.getBytes(), http.request().getHeader(InferenceRequest.JSON_LENGTH));
        SampleQuery query = sampling.check(Clients.fields(request.fields(), http), request.keys())
                .whole();
        RequestLog.images(http, query.count());
        List<InferenceRequest.Output> outputs = InferenceResponse.outputs(request, query);
        Clients.result(sampling.submit(query, StepListener.none()), http)
                .map(result -> InferenceResponse.of(name, served.version(), request, outputs, result))
                .subscribe()
                .with(response -> answer(http.response(), response), http::fail);
    }

    private static void answer(HttpServerResponse http, InferenceResponse response) {
        if (http.closed()) {
            return;
        }
        if (response.binary()) {
            http.putHeader(InferenceRequest.JSON_LENGTH, String.valueOf(response.jsonLength()));
        }
        http.putHeader("Content-Type", response.binary() ? InferenceDoor.BINARY : BodyType.JSON)
                .end(Buffer.buffer(response.body()));
    }
}
