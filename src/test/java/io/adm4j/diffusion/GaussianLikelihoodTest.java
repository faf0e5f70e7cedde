package io.adm4j.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class GaussianLikelihoodTest {
    @Test
    void divergenceOfGaussiansHasItsClosedForm() {
        assertEquals(0, GaussianLikelihood.kl(0.3, -1.5, 0.3, -1.5), 1e-15);
        assertEquals(0.5 * 4, GaussianLikelihood.kl(3, 0, 1, 0), 1e-15);
        double variance1 = 0.25;
        double variance2 = 3;
        double expected = 0.5 * (Math.log(variance2 / variance1) - 1 + variance1 / variance2 + 0.7 * 0.7 / variance2);
        assertEquals(expected, GaussianLikelihood.kl(0.2, Math.log(variance1), -0.5, Math.log(variance2)), 1e-14);
    }

    /** The published approximation of the normal distribution function. */
    private static double cdf(double x) {
        return 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * Math.pow(x, 3))));
    }

    private static void check(double expectedProbability, float x, float mean, double scale) {
        assertEquals(
                Math.log(expectedProbability),
                GaussianLikelihood.discretizedLogLikelihood(x, mean, (float) Math.log(scale)),
                1e-4);
    }

    @Test
    void aLevelInBetweenHasTheProbabilityOfItsInterval() {
        check(cdf((0.1 + 1 / 255.0) / 0.2) - cdf((0.1 - 1 / 255.0) / 0.2), 0.4f, 0.3f, 0.2);
        check(cdf(10.0 / 255) - cdf(-10.0 / 255), 0, 0, 0.1);
    }

    /** The lowest and highest level have the probability of everything beyond them. */
    @Test
    void outermostLevelsTakeTheTails() {
        check(cdf((-0.2 + 1 / 255.0) / 0.3), -1, -0.8f, 0.3);
        check(1 - cdf((0.2 - 1 / 255.0) / 0.3), 1, 0.8f, 0.3);
    }

    /** The published comparison is strict: at 0.999 itself the interval counts. */
    @Test
    void tailsBeginBeyondTheirLimits() {
        double interval = cdf(1 / 255.0 / 0.3) - cdf(-1 / 255.0 / 0.3);
        check(interval, -0.999f, -0.999f, 0.3);
        check(interval, 0.999f, 0.999f, 0.3);
    }

    @Test
    void impossibleLevelsKeepAFiniteLogarithm() {
        check(1e-12f, 0.5f, -0.5f, 0.001);
    }
}
