package io.adm4j.harness.cli.option;

import io.adm4j.diffusion.Thresholding;
import io.adm4j.feedback.UserError;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.SamplingDefaults;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.SettingsText;
import io.adm4j.sampling.SolverSettings;
import io.adm4j.sampling.StepChoice;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every run of a reverse process takes, whether one setting is sampled or several are compared. */
public abstract class ReverseProcessOptions {
    /** Of the values of --steps and --upsampler-steps. */
    static final String STEPS = "A number of steps, evenly spaced; numbers for equal sections of the process"
            + " (90+60+60+20+20); or every k-th timestep (ddim25). Solvers take the number alone";

    /** Of --sampler and --upsampler-sampler. */
    static final String SAMPLERS =
            "ddim, ddpm, or a solver, which needs fewer steps: dpm-solver, dpm-solver++ or unipc";

    @Option(
            names = "--eta",
            paramLabel = "ETA",
            converter = Range.Fraction.class,
            description = "Noise of DDIM, 0 to 1 (default 0).")
    private @Nullable Double eta;

    @Option(
            names = "--clip-denoised",
            paramLabel = "BOOL",
            arity = "1",
            defaultValue = "true",
            description =
                    "Clip predictions of x_0 to [-1, 1]; false is --thresholding none (default ${DEFAULT-VALUE}).")
    private boolean clipDenoised;

    @Option(
            names = "--thresholding",
            paramLabel = "KIND",
            description =
                    "What keeps predictions of x_0 in range: none, static (clipping to [-1, 1]) or dynamic (clipping"
                            + " to a quantile of each image and scaling to [-1, 1]) (default: static).")
    private @Nullable String thresholding;

    @Option(
            names = "--thresholding-ratio",
            paramLabel = "RATIO",
            description = "Quantile of dynamic thresholding, above 0 and at most 1 (default 0.995).")
    private @Nullable Double thresholdingRatio;

    @Option(
            names = "--solver-order",
            paramLabel = "ORDER",
            description = "Order of a solver: 1 (as DDIM), 2 or 3 (default 2).")
    private @Nullable Integer solverOrder;

    @Option(
            names = "--solver-method",
            paramLabel = "METHOD",
            description =
                    "Where a solver takes further evaluations: multistep (at earlier states) or singlestep (between"
                            + " two states; not for unipc). A step is one evaluation (default multistep).")
    private @Nullable String solverMethod;

    @Option(
            names = "--skip-type",
            paramLabel = "TYPE",
            description =
                    "How a solver spaces its times: time-uniform, log-snr or time-quadratic (default time-uniform).")
    private @Nullable String skipType;

    @Option(
            names = "--guidance-interval",
            paramLabel = "FROM,TO",
            description =
                    "Timesteps from FROM (less noise) to TO (more) at which the classifier is run; outside of them"
                            + " guidance costs nothing (default: all).")
    private @Nullable String guidanceInterval;

    @Option(
            names = "--guidance-rescale",
            paramLabel = "SHARE",
            converter = Range.Fraction.class,
            description =
                    "How far guided noise predictions are scaled back to the deviation of unguided ones, 0 to 1; not"
                            + " for ddpm (default 0).")
    private @Nullable Double guidanceRescale;

    /** Noise of DDIM, if it was given. */
    final @Nullable Double eta() {
        return eta;
    }

    /**
     * Settings of one stage.
     *
     * @param standard what holds where an option is not given
     * @throws io.adm4j.sampling.SampleRequestException if a value cannot be used
     */
    final SamplingSettings settings(
            SamplingSettings standard,
            @Nullable StepChoice steps,
            @Nullable Double eta,
            @Nullable Double classifierScale) {
        return new SamplingSettings(
                standard.sampler(),
                steps == null ? standard.steps() : steps,
                eta == null ? standard.eta() : eta,
                SettingsText.guidance(
                        classifierScale == null ? standard.classifierScale() : classifierScale,
                        guidanceInterval,
                        guidanceRescale == null ? standard.guidance().rescale() : guidanceRescale,
                        standard.guidance()),
                thresholding(standard.thresholding()),
                standard.sampler().solver()
                        ? SettingsText.solver(solverOrder, solverMethod, skipType, standard.solver())
                        : SolverSettings.STANDARD);
    }

    /**
     * Refuses the options of solvers where nothing is one.
     *
     * @throws UserError if one was given
     */
    final void requireSolver(Collection<SamplerKind> samplers) {
        if (samplers.stream().anyMatch(SamplerKind::solver)) {
            return;
        }
        String given = solverOrder != null
                ? "--solver-order"
                : solverMethod != null ? "--solver-method" : skipType != null ? "--skip-type" : null;
        if (given != null) {
            throw new UserError(given + " is an option of solvers: choose one, such as --sampler dpm-solver++.");
        }
    }

    /** The settings that hold for a sampler without any option. */
    static SamplingSettings builtIn(SamplerKind sampler) {
        return SamplingDefaults.NONE.over(SamplingSettings.defaults(), Optional.of(sampler));
    }

    private Thresholding thresholding(Thresholding standard) {
        if (clipDenoised) {
            return SettingsText.thresholding(thresholding, thresholdingRatio, standard);
        }
        if (thresholding != null || thresholdingRatio != null) {
            throw new UserError("--clip-denoised false is --thresholding none: leave out one of the two.");
        }
        return Thresholding.NONE;
    }
}
