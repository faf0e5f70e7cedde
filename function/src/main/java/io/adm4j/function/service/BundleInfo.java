package io.adm4j.function.service;

import io.adm4j.sampling.ModelCapabilities;
import io.adm4j.sampling.SamplingDefaults;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.Upsampler;
import java.util.Optional;

/**
 * What can be asked of the loaded bundles.
 *
 * @param base the bundle that samples
 * @param images what it samples
 * @param defaults how it samples where nobody says otherwise
 * @param upsampler the bundle that upsamples its images, if there is one
 * @param upsampled what that one samples
 */
public record BundleInfo(
        ModelCapabilities base,
        BundleImages images,
        SamplingDefaults defaults,
        Optional<ModelCapabilities> upsampler,
        Optional<BundleImages> upsampled) {
    static BundleInfo of(SamplingPipeline pipeline, Optional<Upsampler> upsampler) {
        return new BundleInfo(
                pipeline.capabilities(),
                BundleImages.of(pipeline.digest(), pipeline.manifest()),
                pipeline.defaults(),
                upsampler.map(Upsampler::capabilities),
                upsampler.map(u -> BundleImages.of(u.digest(), u.manifest())));
    }
}
