package io.adm4j.function.http;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;

/**
 * Headers of every response: browsers take no content for another kind than it is, show the page in no frame, run only
 * scripts that came with it, and tell other sites nothing.
 */
final class ResponseHeaders {
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'none'";

    private ResponseHeaders() {}

    static void add(RoutingContext request) {
        set(request.response().headers());
        request.next();
    }

    static void set(MultiMap headers) {
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
    }
}
