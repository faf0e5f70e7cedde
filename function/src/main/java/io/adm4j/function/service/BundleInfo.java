package io.adm4j.function.service;

import io.adm4j.sampling.ModelCapabilities;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.Upsampler;
import java.util.Optional;

/**
 * What can be asked of the loaded bundles.
 *
 * @param base the bundle that samples
 * @param upsampler the bundle that upsamples its images, if there is one
 */
public record BundleInfo(ModelCapabilities base, Optional<ModelCapabilities> upsampler) {
    static BundleInfo of(SamplingPipeline pipeline, Optional<Upsampler> upsampler) {
        return new BundleInfo(pipeline.capabilities(), upsampler.map(Upsampler::capabilities));
    }
}
