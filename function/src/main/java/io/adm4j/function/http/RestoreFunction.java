package io.adm4j.function.http;

import io.adm4j.function.service.RestoreFields;
import io.adm4j.function.service.RestoreQuery;
import io.adm4j.function.service.RestoreReply;
import io.adm4j.function.service.RestoreResult;
import io.adm4j.function.service.SamplingService;
import io.quarkus.funqy.Funq;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import java.util.Map;

/** The function {@code restore}: POST with a JSON object that holds the damaged image as a PNG file in base64. */
public class RestoreFunction {
    @Inject
    SamplingService sampling;

    @Inject
    CurrentVertxRequest request;

    /**
     * Restores an image.
     *
     * @param fields see {@link RestoreQuery}; null for a request without a body
     */
    @Funq
    public Uni<RestoreReply> restore(Map<String, String> fields) {
        RoutingContext http = request.getCurrent();
        RestoreFields given = RestoreFields.of(Clients.fields(fields == null ? Map.of() : fields, http));
        RestoreQuery query = sampling.check(given);
        RequestLog.images(http, query.count());
        return Clients.answer(sampling.submit(query), http).map(RestoreResult::reply);
    }
}
