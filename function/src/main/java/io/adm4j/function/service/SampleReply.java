package io.adm4j.function.service;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.adm4j.sampling.SamplingSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The response of the function {@code sample}.
 *
 * @param bundle name of the bundle that sampled the images
 * @param settings settings of the images: the request with defaults filled in
 * @param milliseconds time spent sampling, without waiting
 * @param images in the order of their seeds; null if the request was suspended
 * @param continuation what continues a suspended request, else null
 */
public record SampleReply(
        String bundle,
        Settings settings,
        long milliseconds,

        @JsonProperty("pictures") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        List<Image> images,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Continuation continuation) {
    /**
     * What continues a suspended request.
     *
     * @param token to be posted as the field {@code token}
     * @param step steps that the image which is furthest behind has taken
     * @param steps steps of each image
     * @param expires when the token is no longer taken, ISO 8601
     */
    public record Continuation(String token, int step, int steps, String expires) {}

    /**
     * Settings common to all images of a request.
     *
     * @param label the class of all images, or null if the request has none
     * @param className its name, or null
     * @param seed seed of the first image; the image after it has the next seed
     * @param steps denoising steps as requested
     * @param eta noise of the ddim sampler, 0 to 1
     * @param upsampling how the images were upsampled, or null if they were not
     */
    public record Settings(
            @Nullable Integer label,
            @Nullable String className,
            long seed,
            int count,
            String steps,
            String sampler,
            double eta,
            double classifierScale,
            @Nullable Upsampling upsampling) {
        static Settings of(SampleQuery query, BundleInfo bundles) {
            SamplingSettings settings = query.settings();
            return new Settings(
                    query.label(),
                    bundles.base().classes().name(query.label()),
                    query.seed(),
                    query.count(),
                    settings.steps().toString(),
                    settings.sampler().key(),
                    settings.eta(),
                    settings.classifierScale(),
                    query.upsampling().map(s -> Upsampling.of(s, bundles)).orElse(null));
        }
    }

    /**
     * How images were upsampled.
     *
     * @param bundle name of the upsampler's bundle
     * @param steps denoising steps as requested
     * @param eta noise of the ddim sampler, 0 to 1
     */
    public record Upsampling(String bundle, String steps, String sampler, double eta, double classifierScale) {
        static Upsampling of(SamplingSettings settings, BundleInfo bundles) {
            return new Upsampling(
                    bundles.upsampler().orElseThrow().name(),
                    settings.steps().toString(),
                    settings.sampler().key(),
                    settings.eta(),
                    settings.classifierScale());
        }
    }

    /**
     * One image.
     *
     * @param label its class, or null if it has none
     * @param className the name of the class, or null
     * @param seed a request for one image with this seed and label gives the same image
     * @param png the PNG file; base64 in JSON
     */
    public record Image(@Nullable Integer label, @Nullable String className, long seed, byte[] png) {}
}
