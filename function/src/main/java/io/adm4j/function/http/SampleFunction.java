package io.adm4j.function.http;

import io.adm4j.function.service.SampleAnswer;
import io.adm4j.function.service.SampleQuery;
import io.adm4j.function.service.SampleReply;
import io.adm4j.function.service.SamplingService;
import io.adm4j.sampling.StepListener;
import io.quarkus.funqy.Funq;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import java.util.Map;

/** The function {@code sample}: GET with query parameters or POST with a JSON object of the same fields. */
public class SampleFunction {
    @Inject
    SamplingService sampling;

    @Inject
    CurrentVertxRequest request;

    /**
     * Samples images.
     *
     * @param fields see {@link SampleQuery}; null for a request without a body
     */
    @Funq
    public Uni<SampleReply> sample(Map<String, String> fields) {
        RoutingContext http = request.getCurrent();
        SampleQuery query = Clients.checked(http)
                .orElseGet(() -> sampling.check(Clients.fields(fields == null ? Map.of() : fields, http)));
        RequestLog.images(http, query.count());
        return Clients.answer(sampling.submit(query, StepListener.none()), http).map(SampleAnswer::reply);
    }
}
