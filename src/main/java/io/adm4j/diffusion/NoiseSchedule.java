package io.adm4j.diffusion;

import io.adm4j.feedback.UserError;

/** Variances &beta; of the noise that each step of the forward process adds. */
public final class NoiseSchedule {
    /** Number of steps for which the linear schedule was published. */
    private static final double LINEAR_STEPS = 1000;

    private static final double LINEAR_FIRST = 0.0001;
    private static final double LINEAR_LAST = 0.02;
    private static final double COSINE_OFFSET = 0.008;
    private static final double COSINE_LARGEST_BETA = 0.999;

    private final double[] betas;

    private NoiseSchedule(double[] betas) {
        this.betas = betas;
    }

    /**
     * A schedule by its published name.
     *
     * @param name {@code linear} (DDPM, scaled by 1000/steps) or {@code cosine} (Improved DDPM, equation 17)
     * @param steps at least 1
     * @throws UserError if there is no such schedule, or it does not exist for so few steps
     */
    public static NoiseSchedule of(String name, int steps) {
        if (steps < 1) {
            throw new UserError("A noise schedule has at least 1 step, not " + steps + ".");
        }
        double[] betas = switch (name) {
            case "linear" -> linear(steps);
            case "cosine" -> cosine(steps);
            default -> throw new UserError("There is no noise schedule '" + name + "'; use linear or cosine.");
        };
        for (double beta : betas) {
            if (!(beta > 0 && beta < 1)) {
                throw new UserError("The " + name + " schedule does not exist for " + steps + " steps: "
                        + (beta > 1 ? "its noise would pass 1" : "nothing of the image is left before its end")
                        + "; give more diffusion_steps, or the cosine noise_schedule.");
            }
        }
        return new NoiseSchedule(betas);
    }

    private static double[] linear(int steps) {
        double scale = LINEAR_STEPS / steps;
        double first = scale * LINEAR_FIRST;
        double last = scale * LINEAR_LAST;
        double[] betas = new double[steps];
        double stride = steps == 1 ? 0 : (last - first) / (steps - 1);
        for (int i = 0; i < steps; i++) {
            betas[i] = first + i * stride;
        }
        return betas;
    }

    private static double[] cosine(int steps) {
        double[] betas = new double[steps];
        for (int i = 0; i < steps; i++) {
            double ratio = cosineAlphaBar((i + 1.0) / steps) / cosineAlphaBar((double) i / steps);
            betas[i] = Math.min(1 - ratio, COSINE_LARGEST_BETA);
        }
        return betas;
    }

    private static double cosineAlphaBar(double time) {
        double cos = StrictMath.cos((time + COSINE_OFFSET) / (1 + COSINE_OFFSET) * Math.PI / 2);
        return cos * cos;
    }

    /** One &beta; a step, within (0, 1]; a copy. */
    public double[] betas() {
        return betas.clone();
    }
}
