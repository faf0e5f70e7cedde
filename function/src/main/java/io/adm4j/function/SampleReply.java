package io.adm4j.function;

import java.util.List;

/**
 * The answer of the function {@code sample}.
 *
 * @param bundle name of the bundle that drew the pictures
 * @param settings what the pictures were drawn with: the request with its gaps filled in
 * @param milliseconds time spent drawing, waiting not counted
 * @param pictures in the order of their seeds
 */
public record SampleReply(String bundle, Settings settings, long milliseconds, List<Picture> pictures) {
    /**
     * Settings common to all pictures of a request.
     *
     * @param label the class of all pictures, or null where the request left it open
     * @param className its name, or null
     * @param seed seed of the first picture; the picture after it has the next seed
     * @param steps denoising steps as requested
     * @param eta noise of the ddim sampler, 0 to 1
     * @param upsampling how the pictures were enlarged, or null if they were not
     */
    public record Settings(
            Integer label,
            String className,
            long seed,
            int count,
            String steps,
            String sampler,
            double eta,
            double classifierScale,
            Upsampling upsampling) {}

    /**
     * How pictures were enlarged.
     *
     * @param bundle name of the upsampler's bundle
     * @param steps denoising steps as requested
     * @param eta noise of the ddim sampler, 0 to 1
     */
    public record Upsampling(String bundle, String steps, String sampler, double eta, double classifierScale) {}

    /**
     * One picture.
     *
     * @param label its class, or null where the bundle has none
     * @param className the name of the class, or null
     * @param seed asked for alone with this seed and label, the picture is the same
     * @param png the PNG file; base64 in JSON
     */
    public record Picture(Integer label, String className, long seed, byte[] png) {}
}
