package io.adm4j.function;

import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.model.ClassNames;
import io.adm4j.model.Manifest;
import io.adm4j.sampling.SamplingPipeline;

/**
 * What a request has to fit.
 *
 * @param name name of the bundle
 * @param process the process it was trained on
 * @param hasClassifier whether samples can be guided
 */
record BundleFacts(String name, ClassNames classes, DiffusionConfig process, boolean hasClassifier) {
    static BundleFacts of(SamplingPipeline pipeline) {
        Manifest manifest = pipeline.manifest();
        ClassNames classes = manifest.classNames();
        return new BundleFacts(manifest.name(), classes, manifest.diffusion(), pipeline.hasClassifier());
    }
}
