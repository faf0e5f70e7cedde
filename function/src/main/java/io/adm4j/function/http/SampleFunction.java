package io.adm4j.function.http;

import io.adm4j.function.service.SampleQuery;
import io.adm4j.function.service.SampleReply;
import io.adm4j.function.service.SamplingService;
import io.quarkus.funqy.Funq;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
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
    public SampleReply sample(Map<String, String> fields) {
        SampleQuery query = sampling.check(fields == null ? Map.of() : fields);
        RequestLog.images(request.getCurrent(), query.count());
        return sampling.sample(query, request.getCurrent().response()::closed).reply();
    }
}
