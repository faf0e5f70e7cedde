package io.adm4j.diffusion;

import java.util.Arrays;

/**
 * A process in continuous time t from {@link #first()} to 1, as solvers of its probability-flow ODE see it (Lu et al.:
 * "DPM-Solver", 2022, appendix D.4): x_t = &alpha;_t x_0 + &sigma;_t &epsilon;, where timestep n of N is at t = (n+1)/N and
 * log &alpha; is linear between timesteps. &lambda; = log(&alpha;/&sigma;) is half the logarithm of the signal-to-noise ratio.
 */
final class ContinuousSchedule {
    /** Below this &lambda; DPM-Solver's published code leaves timesteps out, which are almost all noise. */
    private static final double SMALLEST_LAMBDA = -5.1;

    private final double[] logAlphas;
    private final int timesteps;

    private ContinuousSchedule(double[] logAlphas, int timesteps) {
        if (logAlphas.length < 2) {
            throw new IllegalArgumentException("A solver needs a process of at least 2 timesteps.");
        }
        this.logAlphas = logAlphas;
        this.timesteps = timesteps;
    }

    /**
     * The schedule of a process.
     *
     * @param alphasCumprod &alpha;&#773; of all timesteps
     * @throws IllegalArgumentException if there is only one, which leaves no time to solve over
     */
    static ContinuousSchedule of(double[] alphasCumprod) {
        double[] logAlphas = new double[alphasCumprod.length];
        for (int i = 0; i < alphasCumprod.length; i++) {
            logAlphas[i] = 0.5 * StrictMath.log(alphasCumprod[i]);
        }
        return new ContinuousSchedule(logAlphas, logAlphas.length);
    }

    /**
     * The schedule without the timesteps that are almost all noise, of which cosine processes have some; those that are left
     * fill the time up to 1.
     */
    ContinuousSchedule clipped() {
        int kept = logAlphas.length;
        while (kept > 2 && lambdaOf(logAlphas[kept - 1]) < SMALLEST_LAMBDA) {
            kept--;
        }
        return new ContinuousSchedule(Arrays.copyOf(logAlphas, kept), timesteps);
    }

    /** Where solvers end: the time of the timestep with the least noise. */
    double first() {
        return 1.0 / logAlphas.length;
    }

    /**
     * The timestep of the whole process at which networks are evaluated; a fraction between the trained ones. As published, those of
     * a clipped schedule are not the ones that its noise belongs to, but up to the number left out beyond.
     */
    double timestep(double time) {
        return (time - first()) * timesteps;
    }

    double logAlpha(double time) {
        double place = time * logAlphas.length - 1;
        int below = segment((int) Math.floor(place));
        return logAlphas[below] + (place - below) * slope(below);
    }

    double alpha(double time) {
        return StrictMath.exp(logAlpha(time));
    }

    double sigma(double time) {
        return Math.sqrt(-StrictMath.expm1(2 * logAlpha(time)));
    }

    double lambda(double time) {
        return lambdaOf(logAlpha(time));
    }

    private static double lambdaOf(double log) {
        return log - 0.5 * StrictMath.log(-StrictMath.expm1(2 * log));
    }

    /** The time with this &lambda;. */
    double inverseLambda(double lambda) {
        // log alpha = -log(1 + exp(-2 lambda)) / 2, without overflow.
        double log = lambda < 0
                ? lambda - 0.5 * StrictMath.log1p(StrictMath.exp(2 * lambda))
                : -0.5 * StrictMath.log1p(StrictMath.exp(-2 * lambda));
        int low = 0;
        int high = logAlphas.length - 1;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (logAlphas[middle] >= log) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (segment(low) + (log - logAlphas[segment(low)]) / slope(segment(low)) + 1) / logAlphas.length;
    }

    /** Outside the timesteps the first and the last segment are continued. */
    private int segment(int below) {
        return Math.max(0, Math.min(logAlphas.length - 2, below));
    }

    private double slope(int segment) {
        return logAlphas[segment + 1] - logAlphas[segment];
    }
}
