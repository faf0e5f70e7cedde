package io.adm4j.function;

import io.adm4j.bundle.ClassNames;
import io.adm4j.bundle.Manifest;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.Upsampler;
import java.util.Optional;

/**
 * What a request has to fit.
 *
 * @param name name of the bundle
 * @param process the process it was trained on
 * @param conditional whether the denoiser itself takes classes; otherwise they mean something to its classifier alone
 * @param hasClassifier whether samples can be guided
 * @param upsampler the bundle that enlarges the images, if there is one
 */
record BundleInfo(
        String name,
        ClassNames classes,
        DiffusionConfig process,
        boolean conditional,
        boolean hasClassifier,
        Optional<UpsamplerFacts> upsampler) {

    /**
     * What the part of a request has to fit that is about enlarging.
     *
     * @param name name of the upsampler's bundle
     * @param process the process it was trained on
     * @param conditional whether it needs the class of each image
     * @param hasClassifier whether enlarging can be guided
     */
    record UpsamplerFacts(String name, DiffusionConfig process, boolean conditional, boolean hasClassifier) {
        static UpsamplerFacts of(Upsampler upsampler) {
            Manifest manifest = upsampler.manifest();
            return new UpsamplerFacts(
                    manifest.name(), manifest.diffusion(), manifest.classConditional(), upsampler.hasClassifier());
        }
    }

    static BundleInfo of(SamplingPipeline pipeline, Optional<Upsampler> upsampler) {
        Manifest manifest = pipeline.manifest();
        return new BundleInfo(
                manifest.name(),
                manifest.classNames(),
                manifest.diffusion(),
                manifest.classConditional(),
                pipeline.hasClassifier(),
                upsampler.map(UpsamplerFacts::of));
    }
}
