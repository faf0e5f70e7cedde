package io.adm4j.harness.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.runtime.Device;

/**
 * The networks that are measured, and how often.
 *
 * @param flags published flags of denoiser and diffusion
 * @param classifierFlags published flags of the noisy classifier; null where there is none
 * @param squaredError whether training minimises the squared error of the noise alone ({@code learn_sigma} false), whatever
 *     the flags say
 * @param batchSize images per run
 * @param engine what computes training steps
 * @param threads CPU threads; 0 for all cores
 * @param warmUps runs before the timed ones
 * @param repeats timed runs
 */
public record BenchSettings(
        ObjectNode flags,
        ObjectNode classifierFlags,
        boolean squaredError,
        int batchSize,
        EngineKind engine,
        Device device,
        int threads,
        int warmUps,
        int repeats) {

    UNetConfig denoiser() {
        return UNetConfig.fromFlags(flags);
    }

    /** The precision in which the denoiser runs; it is trained in float32. */
    Precision precision() {
        return flags.path("use_fp16").asBoolean() ? Precision.FP16 : Precision.FP32;
    }

    DiffusionConfig diffusion() {
        return DiffusionConfig.fromJson(flags);
    }

    ClassifierConfig classifier() {
        return ClassifierConfig.fromFlags(classifierFlags);
    }

    /** The flags of the network that is trained. */
    ObjectNode trainingFlags() {
        return squaredError
                ? flags.deepCopy()
                        .put("learn_sigma", false)
                        .put("use_kl", false)
                        .without("out_channels")
                : flags;
    }
}
