package io.adm4j.sampling;

import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.GuidanceSettings;
import io.adm4j.diffusion.Sampler;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.feedback.ShortDecimal;
import io.adm4j.feedback.UserError;

/**
 * How to sample.
 *
 * @param steps how many steps; the ddim sampler takes a plain number at one even stride, solvers only take the number
 * @param eta noise of the ddim sampler, 0 to 1; 0 for the others
 * @param guidance how strongly the classifier pulls, and at which timesteps
 * @param thresholding of predictions of x_0; the published scripts clip them
 * @param solver how a solver works; the standard settings for samplers that are none
 */
public record SamplingSettings(
        SamplerKind sampler,
        StepChoice steps,
        double eta,
        GuidanceSettings guidance,
        Thresholding thresholding,
        SolverSettings solver)
        implements StageSettings {
    /** The sampler unless another is chosen, as options and requests write it. */
    public static final String DEFAULT_SAMPLER = "ddim";

    /** The steps unless others are chosen, as options and requests write them. */
    public static final String DEFAULT_STEPS = "ddim25";

    /**
     * Checks that the settings fit each other.
     *
     * @throws SampleRequestException if one is out of range, or given to a sampler that it does not belong to
     */
    public SamplingSettings {
        if (!(eta >= 0 && eta <= 1)) {
            throw new SampleRequestException(RequestField.ETA, "must be a number from 0 to 1, not " + shown(eta));
        }
        if (eta != 0 && !sampler.takesEta()) {
            throw new SampleRequestException(
                    RequestField.ETA, "must be left out with the sampler " + sampler + ": it belongs to ddim");
        }
        if (guidance.rescale() != 0 && sampler == SamplerKind.DDPM) {
            throw new SampleRequestException(
                    RequestField.GUIDANCE_RESCALE,
                    "must be left out with the sampler ddpm, whose guidance moves the mean and not the noise");
        }
        if (sampler.solver()) {
            checkSolver(sampler, steps, solver);
        } else if (!solver.equals(SolverSettings.STANDARD)) {
            throw new SampleRequestException(
                    firstDifference(solver),
                    "must be left out with the sampler " + sampler + ": it belongs to solvers");
        }
    }

    /** Settings with guidance at every timestep, with clipping or without, and the standard settings of a solver. */
    public SamplingSettings(
            SamplerKind sampler, StepChoice steps, double eta, double classifierScale, boolean clipDenoised) {
        this(
                sampler,
                steps,
                eta,
                SettingsText.guidance(classifierScale, null, 0, GuidanceSettings.NONE),
                Thresholding.clipping(clipDenoised),
                SolverSettings.STANDARD);
    }

    private static void checkSolver(SamplerKind sampler, StepChoice steps, SolverSettings solver) {
        if (steps.sections().size() > 1) {
            throw new SampleRequestException(
                    RequestField.STEPS,
                    "must be one number with the sampler " + sampler + ", which spaces its times itself, not " + steps);
        }
        if (steps.total() > 0 && steps.total() < solver.order()) {
            throw new SampleRequestException(
                    RequestField.SOLVER_ORDER,
                    "must be at most the number of steps, " + steps.total() + ", not " + solver.order());
        }
        if (sampler == SamplerKind.UNIPC && solver.method() == SolverMethod.SINGLESTEP) {
            throw new SampleRequestException(
                    RequestField.SOLVER_METHOD, "must be multistep with the sampler unipc, which has no other");
        }
    }

    private static RequestField firstDifference(SolverSettings solver) {
        if (solver.order() != SolverSettings.STANDARD.order()) {
            return RequestField.SOLVER_ORDER;
        }
        return solver.method() == SolverSettings.STANDARD.method()
                ? RequestField.SKIP_TYPE
                : RequestField.SOLVER_METHOD;
    }

    @Override
    public int stepsOf(DiffusionConfig process) {
        return steps.total() > 0 ? (int) steps.total() : process.diffusionSteps();
    }

    private static String shown(double value) {
        return Double.isFinite(value) ? ShortDecimal.of(value) : String.valueOf(value);
    }

    /** The settings that hold where nothing else is said: 25 steps of DDIM without noise or guidance, with clipping. */
    public static SamplingSettings defaults() {
        return new SamplingSettings(SamplerKind.of(DEFAULT_SAMPLER), StepChoice.parse(DEFAULT_STEPS), 0, 0, true);
    }

    /** DDIM without noise, with clipping. */
    public static SamplingSettings ddim(int steps, double classifierScale) {
        return new SamplingSettings(SamplerKind.DDIM, StepChoice.of(steps), 0, classifierScale, true);
    }

    /** Ancestral sampling, with clipping. */
    public static SamplingSettings ddpm(int steps, double classifierScale) {
        return new SamplingSettings(SamplerKind.DDPM, StepChoice.of(steps), 0, classifierScale, true);
    }

    @Override
    public Sampler samplerFor(DiffusionConfig process) {
        if (guidance.active() && guidance.from() > process.diffusionSteps() - 1) {
            throw new SampleRequestException(
                    RequestField.GUIDANCE_INTERVAL,
                    "must begin within the model's timesteps, 0 to " + (process.diffusionSteps() - 1) + ", not at "
                            + shown(guidance.from()));
        }
        if (guidance.active() && !guidance.everywhere() && guidance.to() > process.diffusionSteps() - 1) {
            throw new SampleRequestException(
                    RequestField.GUIDANCE_INTERVAL,
                    "must end within the model's timesteps, 0 to " + (process.diffusionSteps() - 1) + ", not at "
                            + shown(guidance.to()));
        }
        return sampler.sampler(new GaussianDiffusion(sampler.solver() ? whole(process) : respaced(process)), this);
    }

    /** Bundles may keep a respacing of their own. */
    private static DiffusionConfig whole(DiffusionConfig process) {
        return process.respaced("");
    }

    private DiffusionConfig respaced(DiffusionConfig process) {
        try {
            return process.respaced(steps.published());
        } catch (UserError e) {
            throw new SampleRequestException(RequestField.STEPS, "must fit the model's process: " + withoutStop(e));
        }
    }

    private static String withoutStop(UserError e) {
        return String.valueOf(e.getMessage()).replaceFirst("[.]$", "");
    }
}
