package io.adm4j.diffusion;

/** Divergences and likelihoods of single Gaussian elements, in nats (DDPM, section 3.3). */
final class GaussianLikelihood {
    /** Half the width of one of 256 grey levels on the scale of -1 to 1. */
    private static final float HALF_LEVEL = 1f / 255;

    private static final float LOWEST_LEVEL = -0.999f;
    private static final float HIGHEST_LEVEL = 0.999f;
    private static final float SMALLEST_PROBABILITY = 1e-12f;
    private static final float SQRT_2_OVER_PI = (float) Math.sqrt(2 / Math.PI);
    private static final float CUBIC = 0.044715f;

    private GaussianLikelihood() {}

    /** Kullback-Leibler divergence of the first Gaussian from the second. */
    static double kl(double mean1, double logVariance1, double mean2, double logVariance2) {
        double distance = mean1 - mean2;
        return 0.5
                * (-1
                        + logVariance2
                        - logVariance1
                        + Math.exp(logVariance1 - logVariance2)
                        + distance * distance * Math.exp(-logVariance2));
    }

    /**
     * Log-probability of the grey level {@code x} under a Gaussian cut into 256 levels. In float32 as published: there the
     * difference of two nearly equal probabilities underflows, which decides the result far from the mean.
     */
    static double discretizedLogLikelihood(float x, float mean, float logScale) {
        float centered = x - mean;
        float inverse = (float) Math.exp(-logScale);
        float above = normalCdf(inverse * (centered + HALF_LEVEL));
        float below = normalCdf(inverse * (centered - HALF_LEVEL));
        if (x < LOWEST_LEVEL) {
            return clampedLog(above);
        }
        if (x > HIGHEST_LEVEL) {
            return clampedLog(1 - below);
        }
        return clampedLog(above - below);
    }

    /** The usual approximation of the normal distribution function by a hyperbolic tangent. */
    private static float normalCdf(float x) {
        float argument = SQRT_2_OVER_PI * (x + CUBIC * (x * x * x));
        return 0.5f * (1 + (float) Math.tanh(argument));
    }

    private static double clampedLog(float probability) {
        return Math.log(Math.max(probability, SMALLEST_PROBABILITY));
    }
}
