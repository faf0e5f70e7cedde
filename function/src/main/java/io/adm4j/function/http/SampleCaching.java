package io.adm4j.function.http;

import io.adm4j.function.service.BundleImages;
import io.adm4j.function.service.BundleInfo;
import io.adm4j.function.service.RestoreQuery;
import io.adm4j.function.service.SampleQuery;
import io.adm4j.io.Sha256;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.Set;

/**
 * What caches may do with sampled images. An image is a function of bundles, seed, label and settings, so the hash of these is
 * its {@code ETag}, and a client that has the image learns so without sampling.
 *
 * <p>The path names neither bundle nor defaults, and both may change with the next release of the function; so caches ask
 * each time ({@code no-cache}), which costs no sampling, rather than keep an image for good.
 */
final class SampleCaching {
    /** Fields with which the answer may be no images. */
    private static final Set<String> PARTIAL = Set.of("maxSteps", "budgetMs");

    private SampleCaching() {}

    /**
     * Adds the headers to a successful answer; answers a request itself if its client has the images.
     *
     * @param exact whether the answer's bytes are always the same, as those of JSON with its times are not
     */
    static void apply(RoutingContext request, SampleQuery query, BundleInfo bundles, boolean exact) {
        MultiMap fields = request.queryParams();
        if (!fields.contains("seed") || PARTIAL.stream().anyMatch(fields::contains)) {
            keepNowhere(request);
            return;
        }
        String tag = "\"" + digest(query, bundles) + "\"";
        String etag = exact ? tag : "W/" + tag;
        if (hasIt(request, tag)) {
            headers(request, etag);
            request.response().setStatusCode(304).end();
            return;
        }
        tagAnswer(request, etag);
    }

    /**
     * Adds the headers to the PNG file of a POST.
     *
     * @throws HttpException 412 if its client has the image: HTTP knows 304 for GET and HEAD alone
     */
    static void apply(RoutingContext request, RestoreQuery query) {
        if (!query.seeded()) {
            keepNowhere(request);
            return;
        }
        String tag = "\"" + query.digest() + "\"";
        if (hasIt(request, tag)) {
            throw HttpException.known("The client has this image already, says its If-None-Match.");
        }
        tagAnswer(request, tag);
    }

    private static void keepNowhere(RoutingContext request) {
        request.addHeadersEndHandler(done -> request.response().putHeader("Cache-Control", "no-store"));
    }

    private static void tagAnswer(RoutingContext request, String etag) {
        request.addHeadersEndHandler(done -> {
            if (request.response().getStatusCode() == 200) {
                headers(request, etag);
            } else {
                request.response().putHeader("Cache-Control", "no-store");
            }
        });
    }

    private static void headers(RoutingContext request, String etag) {
        request.response().putHeader("ETag", etag).putHeader("Cache-Control", scope(request) + ", no-cache");
    }

    /** What a key opens belongs in no cache that others share. */
    private static String scope(RoutingContext request) {
        MultiMap headers = request.request().headers();
        return headers.contains("Authorization") || headers.contains("X-Api-Key") ? "private" : "public";
    }

    private static boolean hasIt(RoutingContext request, String tag) {
        String known = request.request().getHeader("If-None-Match");
        return known != null
                && Arrays.stream(known.split(",", -1))
                        .map(String::strip)
                        .map(t -> t.startsWith("W/") ? t.substring(2) : t)
                        .anyMatch(t -> t.equals(tag) || t.equals("*"));
    }

    private static String digest(SampleQuery query, BundleInfo bundles) {
        return Sha256.of(String.join(
                "\n",
                bundles.images().digest(),
                query.upsampling()
                        .flatMap(s -> bundles.upsampled())
                        .map(BundleImages::digest)
                        .orElse("none"),
                query.fields().toString()));
    }
}
