package io.adm4j.function.service;

import com.fasterxml.jackson.annotation.JsonValue;
import io.adm4j.sampling.ModelCapabilities;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of this function, for programs that offer its fields to people.
 *
 * @param name name of the bundle
 * @param digest SHA-256 of its {@code model.json}
 * @param imageSize height and width of its images
 * @param channels 1 (grayscale), 3 (RGB) or 4 (RGBA)
 * @param timesteps timesteps of its diffusion process: {@code ddimN} takes every k-th of them
 * @param classes names by number; empty if the classes have none
 * @param classCount number of classes; 0 if there are none to choose
 * @param samplers what {@code sampler} may be
 * @param defaults the settings of a request that names none
 * @param upsampler the second stage, or null if there is none
 */
public record ModelReply(
        String name,
        String digest,
        int imageSize,
        int channels,
        int timesteps,
        List<String> classes,
        int classCount,
        Labels labels,
        boolean hasClassifier,
        List<Solver> samplers,
        Defaults defaults,
        Limits limits,
        @Nullable Second upsampler) {
    /** When a request may have a label. */
    public enum Labels {
        /** The denoiser takes labels. */
        ALWAYS,
        /** Only the classifier does: with a {@code classifierScale} above 0. */
        GUIDED,
        /** There are no classes to choose. */
        NEVER;

        /** As JSON has it. */
        @JsonValue
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Labels of(ModelCapabilities model) {
            if (model.classes().count() == 0) {
                return NEVER;
            }
            return model.classConditional() ? ALWAYS : GUIDED;
        }
    }

    /**
     * A sampler.
     *
     * @param takesEta whether {@code eta} may be given with it
     */
    public record Solver(String name, boolean takesEta) {}

    /** Settings of one stage, written as in a request. */
    public record Defaults(String steps, String sampler, double eta, double classifierScale) {
        static Defaults of(SamplingSettings settings) {
            return new Defaults(
                    settings.steps().toString(), settings.sampler().key(), settings.eta(), settings.classifierScale());
        }
    }

    /**
     * What one request may ask for.
     *
     * @param count images
     * @param steps denoising steps of one image, in each stage
     */
    public record Limits(int count, int steps) {}

    /** The second stage, which upsamples the images. */
    public record Second(
            String name, String digest, int imageSize, int timesteps, boolean hasClassifier, Defaults defaults) {}

    /** @param standard a request without fields */
    static ModelReply of(BundleInfo bundles, SampleQuery standard, FunctionConfig.Limit limit) {
        ModelCapabilities base = bundles.base();
        return new ModelReply(
                base.name(),
                bundles.images().digest(),
                bundles.images().size(),
                bundles.images().channels(),
                base.process().diffusionSteps(),
                base.classes().names(),
                base.classes().count(),
                Labels.of(base),
                base.hasClassifier(),
                Arrays.stream(SamplerKind.values())
                        .map(kind -> new Solver(kind.key(), kind.takesEta()))
                        .toList(),
                Defaults.of(standard.settings()),
                new Limits(limit.count(), limit.steps()),
                standard.upsampling().map(settings -> second(bundles, settings)).orElse(null));
    }

    private static Second second(BundleInfo bundles, SamplingSettings settings) {
        ModelCapabilities upsampler = bundles.upsampler().orElseThrow();
        BundleImages images = bundles.upsampled().orElseThrow();
        return new Second(
                upsampler.name(),
                images.digest(),
                images.size(),
                upsampler.process().diffusionSteps(),
                upsampler.hasClassifier(),
                Defaults.of(settings));
    }
}
