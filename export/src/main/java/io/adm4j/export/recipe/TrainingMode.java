package io.adm4j.export.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.feedback.UserError;
import java.util.Optional;

/**
 * How the gradients of a network are computed: what changes memory, time and rounding, not the network.
 *
 * @param recomputesBlocks whether the backward part computes the residual and attention blocks again from their inputs, instead
 *     of keeping what is within them; the published flag {@code use_checkpoint}
 * @param mixedPrecision empty for float32; otherwise the network computes as {@link io.adm4j.export.net.Precision#FP16} with
 *     float32 weights ("Mixed Precision Training", Micikevicius et al. 2018), and the loss is scaled; the published flags {@code
 *     use_fp16} and {@code classifier_use_fp16}
 */
public record TrainingMode(boolean recomputesBlocks, Optional<LossScaling> mixedPrecision) {
    /** Of the published trainer of denoisers. */
    private static final double FIRST_OF_DENOISERS = 20;

    /** Of the published trainer of classifiers. */
    private static final double FIRST_OF_CLASSIFIERS = 16;

    /**
     * How the scale of the loss changes, as base-2 logarithms. A step whose gradients overflow is skipped, and lowers the scale
     * by 1.
     *
     * @param first scale of the first step
     * @param growth by which every other step raises it; the published flag {@code fp16_scale_growth}
     */
    public record LossScaling(double first, double growth) {}

    /** What the published flags have by default. */
    public static TrainingMode standard() {
        return new TrainingMode(false, Optional.empty());
    }

    /** Reads published flags of any network, but those of mixed precision. */
    public static TrainingMode inFloat32(JsonNode flags) {
        return new TrainingMode(recomputesBlocks(flags), Optional.empty());
    }

    private static boolean recomputesBlocks(JsonNode flags) {
        return flags.path("use_checkpoint").asBoolean();
    }

    /** Reads the published flags of a denoiser or upsampler; others are ignored. */
    public static TrainingMode ofDenoiser(JsonNode flags) {
        return of(flags, "use_fp16", FIRST_OF_DENOISERS);
    }

    /**
     * Reads the published flags of a classifier; others are ignored.
     *
     * @throws UserError if there is a {@code use_fp16}, which is of denoisers
     */
    public static TrainingMode ofClassifier(JsonNode flags) {
        if (flags.path("use_fp16").asBoolean()) {
            throw new UserError(
                    "The flag use_fp16 is true, and classifiers have classifier_use_fp16: give that, or leave it"
                            + " out.");
        }
        return of(flags, "classifier_use_fp16", FIRST_OF_CLASSIFIERS);
    }

    private static TrainingMode of(JsonNode flags, String mixed, double first) {
        return new TrainingMode(
                recomputesBlocks(flags),
                flags.path(mixed).asBoolean()
                        ? Optional.of(new LossScaling(
                                first, flags.path("fp16_scale_growth").asDouble(1e-3)))
                        : Optional.empty());
    }
}
