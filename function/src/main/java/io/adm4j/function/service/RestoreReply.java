package io.adm4j.function.service;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * The response of the function {@code restore}.
 *
 * @param bundle name of the bundle that restored the image
 * @param settings the request with defaults filled in, by the names of its fields
 * @param milliseconds time spent, without waiting
 * @param images the results in the order of their seeds
 */
public record RestoreReply(
        String bundle,
        Map<String, Object> settings,
        long milliseconds,
        @JsonProperty("pictures") List<Image> images) {
    /**
     * One result.
     *
     * @param seed the same request with this seed gives the same result
     * @param png the PNG file; base64 in JSON
     */
    public record Image(long seed, byte[] png) {}
}
