package io.adm4j.sampling;

import io.adm4j.diffusion.DdimSampler;
import io.adm4j.diffusion.DdpmSampler;
import io.adm4j.diffusion.DpmSolver;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Sampler;
import io.adm4j.diffusion.UniPcSampler;
import io.adm4j.feedback.Quoted;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The samplers by their published names. A new one is one more constant. */
public enum SamplerKind {
    /** Implicit sampling (Song, Meng and Ermon, 2021), deterministic at eta 0. */
    DDIM("ddim", false) {
        @Override
        Sampler sampler(GaussianDiffusion process, SamplingSettings settings) {
            return new DdimSampler(process, settings.eta(), settings.thresholding());
        }
    },
    /** Ancestral sampling (Ho, Jain and Abbeel, 2020). */
    DDPM("ddpm", false) {
        @Override
        Sampler sampler(GaussianDiffusion process, SamplingSettings settings) {
            return new DdpmSampler(process, settings.thresholding());
        }
    },
    /** DPM-Solver (Lu et al., 2022), which extrapolates the predicted noise. */
    DPM_SOLVER("dpm-solver", true) {
        @Override
        Sampler sampler(GaussianDiffusion process, SamplingSettings settings) {
            return dpmSolver(process, settings, false);
        }
    },
    /** DPM-Solver++ (Lu et al., 2022), which extrapolates the predicted x_0: for guided sampling. */
    DPM_SOLVER_PLUS_PLUS("dpm-solver++", true) {
        @Override
        Sampler sampler(GaussianDiffusion process, SamplingSettings settings) {
            return dpmSolver(process, settings, true);
        }
    },
    /** UniPC (Zhao et al., 2023): a predictor and a corrector by the same evaluation. */
    UNIPC("unipc", true) {
        @Override
        Sampler sampler(GaussianDiffusion process, SamplingSettings settings) {
            SolverSettings solver = settings.solver();
            return new UniPcSampler(
                    process,
                    settings.stepsOf(process.config()),
                    solver.order(),
                    solver.skipType(),
                    settings.thresholding(),
                    UniPcSampler.Variant.BH2);
        }
    };

    private final String key;
    private final boolean solver;

    SamplerKind(String key, boolean solver) {
        this.key = key;
        this.solver = solver;
    }

    /**
     * The sampler of a published name; case does not matter.
     *
     * @throws SampleRequestException if there is none of this name
     */
    public static SamplerKind of(String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(kind -> kind.key.equals(name))
                .findFirst()
                .orElseThrow(() -> new SampleRequestException(
                        RequestField.SAMPLER,
                        "must be one of "
                                + Arrays.stream(values()).map(SamplerKind::key).collect(Collectors.joining(", "))
                                + ", not " + Quoted.of(text)));
    }

    /** The published name. */
    public String key() {
        return key;
    }

    /** Whether eta means anything to it. */
    public boolean takesEta() {
        return this == DDIM;
    }

    /** Whether it solves the probability-flow ODE over the whole process, by {@link SolverSettings}. */
    public boolean solver() {
        return solver;
    }

    private static Sampler dpmSolver(GaussianDiffusion process, SamplingSettings settings, boolean plusPlus) {
        SolverSettings solver = settings.solver();
        return new DpmSolver(
                process,
                plusPlus,
                settings.stepsOf(process.config()),
                solver.order(),
                solver.method() == SolverMethod.SINGLESTEP,
                solver.skipType(),
                settings.thresholding());
    }

    /** The sampler for a process: the whole one for solvers, for others with the timesteps that are kept. */
    abstract Sampler sampler(GaussianDiffusion process, SamplingSettings settings);

    /** The published name. */
    @Override
    public String toString() {
        return key;
    }
}
