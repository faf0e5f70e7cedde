package io.adm4j.diffusion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;

/**
 * The published flags of a diffusion process, under their published names in JSON.
 *
 * @param learnSigma {@code learn_sigma}: the network also gives the variance
 * @param diffusionSteps {@code diffusion_steps}: timesteps of the process it was trained on
 * @param noiseSchedule {@code noise_schedule}: {@code linear} or {@code cosine}
 * @param timestepRespacing {@code timestep_respacing}: see {@link TimestepRespacing}; empty for all
 * @param useKl {@code use_kl}: train on the variational bound alone (training only)
 * @param predictXstart {@code predict_xstart}: the network predicts x_0 instead of the noise
 * @param rescaleTimesteps {@code rescale_timesteps}: networks see timesteps on a scale of 0 to 1000
 * @param rescaleLearnedSigmas {@code rescale_learned_sigmas}: weighting of the bound in the loss (training only)
 * @param sigmaSmall {@code sigma_small}: the fixed variance is the posterior's (without {@code learn_sigma})
 */
public record DiffusionConfig(
        boolean learnSigma,
        int diffusionSteps,
        String noiseSchedule,
        String timestepRespacing,
        boolean useKl,
        boolean predictXstart,
        boolean rescaleTimesteps,
        boolean rescaleLearnedSigmas,
        boolean sigmaSmall) {
    /** Of more timesteps the coefficients alone would take gigabytes. */
    private static final int MOST_STEPS = 1_000_000;

    /**
     * Checks that the process exists.
     *
     * @throws UserError if the schedule or the respacing does not exist
     */
    public DiffusionConfig {
        if (diffusionSteps > MOST_STEPS) {
            throw new UserError(
                    "A process has at most " + MOST_STEPS + " diffusion_steps, not " + diffusionSteps + ".");
        }
        NoiseSchedule.of(noiseSchedule, diffusionSteps);
        TimestepRespacing.parse(timestepRespacing, diffusionSteps);
    }

    /** The defaults of the published scripts: 1000 linear steps, fixed large variance, noise predicted. */
    public static DiffusionConfig defaults() {
        return new DiffusionConfig(false, 1000, "linear", "", false, false, false, false, false);
    }

    /**
     * Reads the flags; a missing one has its published default, others are ignored.
     *
     * @throws UserError if a flag has a value of another kind or out of range
     */
    public static DiffusionConfig fromJson(JsonNode json) {
        DiffusionConfig d = defaults();
        return new DiffusionConfig(
                flag(json, "learn_sigma", d.learnSigma),
                count(json, "diffusion_steps", d.diffusionSteps),
                text(json, "noise_schedule", d.noiseSchedule),
                text(json, "timestep_respacing", d.timestepRespacing),
                flag(json, "use_kl", d.useKl),
                flag(json, "predict_xstart", d.predictXstart),
                flag(json, "rescale_timesteps", d.rescaleTimesteps),
                flag(json, "rescale_learned_sigmas", d.rescaleLearnedSigmas),
                flag(json, "sigma_small", d.sigmaSmall));
    }

    /** All flags under their published names. */
    public ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("learn_sigma", learnSigma)
                .put("diffusion_steps", diffusionSteps)
                .put("noise_schedule", noiseSchedule)
                .put("timestep_respacing", timestepRespacing)
                .put("use_kl", useKl)
                .put("predict_xstart", predictXstart)
                .put("rescale_timesteps", rescaleTimesteps)
                .put("rescale_learned_sigmas", rescaleLearnedSigmas)
                .put("sigma_small", sigmaSmall);
    }

    /**
     * The same process with other timesteps kept.
     *
     * @param spec see {@link TimestepRespacing}
     * @throws UserError if it cannot be read or met
     */
    public DiffusionConfig respaced(String spec) {
        return new DiffusionConfig(
                learnSigma,
                diffusionSteps,
                noiseSchedule,
                spec,
                useKl,
                predictXstart,
                rescaleTimesteps,
                rescaleLearnedSigmas,
                sigmaSmall);
    }

    /** Where the variance of the reverse process comes from. */
    public VarianceKind variance() {
        if (learnSigma) {
            return VarianceKind.LEARNED_RANGE;
        }
        return sigmaSmall ? VarianceKind.FIXED_SMALL : VarianceKind.FIXED_LARGE;
    }

    private static boolean flag(JsonNode json, String name, boolean missing) {
        JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        if (!value.isBoolean()) {
            throw new UserError("'" + name + "' is true or false, not " + value + ".");
        }
        return value.booleanValue();
    }

    private static int count(JsonNode json, String name, int missing) {
        JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        if (!value.canConvertToInt() || !value.isIntegralNumber()) {
            throw new UserError("'" + name + "' is a whole number, not " + value + ".");
        }
        return value.intValue();
    }

    private static String text(JsonNode json, String name, String missing) {
        JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        if (!value.isTextual() && !value.isIntegralNumber()) {
            throw new UserError("'" + name + "' is a string, not " + value + ".");
        }
        return value.asText();
    }
}
