package io.adm4j.function.http;

import io.adm4j.function.service.Refusal;
import io.vertx.ext.web.RoutingContext;

/**
 * Checks a request to a path before the path's own handler sees it.
 *
 * <p>It throws a {@link Refusal} or an {@link HttpException} for what is not allowed, and may answer
 * the request itself by ending the response; the handler is then not called.
 */
@FunctionalInterface
public interface Admission {
    void check(RoutingContext request);

    /** The same for a path that gives one of these media types, which the client must take. */
    default Admission giving(String... types) {
        return request -> {
            Accepts.require(request, types);
            check(request);
        };
    }

    /** Of a path that takes no fields. */
    static Admission noFields() {
        return request -> {
            if (!request.queryParams().isEmpty()) {
                throw Refusal.badInput("This path takes no fields.");
            }
        };
    }
}
