package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MovingAverageRateTest {
    @Test
    void theShareOfInitialWeightsFallsWithEachStep() {
        MovingAverageRate rate = new MovingAverageRate(0.9);

        assertEquals(1, rate.initialShare(0));
        assertEquals(0.81, rate.initialShare(2), 1e-12);
        assertEquals(22, rate.stepsNeeded(), "0.9^21 is 0.1094, 0.9^22 is 0.0985");
        assertTrue(rate.isTooSlowFor(21));
        assertFalse(rate.isTooSlowFor(22));
    }

    @Test
    void thePublishedRateTakesManySteps() {
        assertEquals(23025, new MovingAverageRate(0.9999).stepsNeeded());
        assertEquals(
                "of rate 0.9999 holds 90 % of the initial weights after 1000 steps",
                new MovingAverageRate(0.9999).finding(1000));
        assertEquals(
                "of rate 0.5 holds 50 % of the initial weights after 1 step", new MovingAverageRate(0.5).finding(1));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 10, 100, 1000, 3000, 100_000, 10_000_000})
    void theLargestRateIsFastEnoughAndHardlySmallerThanNeeded(long steps) {
        double rate = Double.parseDouble(MovingAverageRate.largestFor(steps));

        assertFalse(new MovingAverageRate(rate).isTooSlowFor(steps));
        assertTrue(rate > 0 && rate < 1);
        assertTrue(new MovingAverageRate(rate).stepsNeeded() > 0.9 * steps, "" + rate);
    }
}
