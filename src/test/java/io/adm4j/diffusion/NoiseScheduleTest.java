package io.adm4j.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoiseScheduleTest {
    @Test
    void theLinearScheduleScalesWithTheNumberOfSteps() {
        double[] betas = NoiseSchedule.of("linear", 101).betas();
        double scale = 1000 / 101.0;
        for (int i = 0; i <= 100; i++) {
            assertEquals(scale * (0.0001 + i * 0.0199 / 100), betas[i], 1e-15);
        }
        assertArrayEquals(new double[] {0.1}, NoiseSchedule.of("linear", 1).betas(), 1e-15);
    }

    /** Equation 17: the product of 1-beta follows the squared cosine up to where beta is cut at 0.999. */
    @Test
    void theCosineScheduleFollowsItsCurve() {
        int steps = 40;
        double[] betas = NoiseSchedule.of("cosine", steps).betas();
        double bar = 1;
        for (int i = 0; i < steps - 1; i++) {
            bar *= 1 - betas[i];
            double angle = ((i + 1.0) / steps + 0.008) / 1.008 * Math.PI / 2;
            double start = 0.008 / 1.008 * Math.PI / 2;
            assertEquals(Math.pow(Math.cos(angle) / Math.cos(start), 2), bar, 1e-12);
        }
        assertEquals(0.999, betas[steps - 1]);
    }

    /** Twenty linear steps end at a beta of exactly 1: nothing of the image would be left, and nothing could be sampled. */
    @Test
    void twentyLinearStepsAndFewerDoNotExist() {
        assertEquals(1000.0 / 21 * 0.02, NoiseSchedule.of("linear", 21).betas()[20], 1e-12);
        String atOne = assertThrows(UserError.class, () -> NoiseSchedule.of("linear", 20))
                .getMessage();
        assertTrue(atOne.contains("nothing of the image is left"), atOne);
        String message = assertThrows(UserError.class, () -> NoiseSchedule.of("linear", 19))
                .getMessage();
        assertTrue(message.contains("does not exist for 19 steps"), message);
    }

    @ParameterizedTest
    @CsvSource({"linear, 0, at least 1 step", "cosine, -1, at least 1 step", "square, 10, use linear or cosine"})
    void unknownSchedulesAreRefused(String name, int steps, String mark) {
        String message = assertThrows(UserError.class, () -> NoiseSchedule.of(name, steps))
                .getMessage();
        assertTrue(message.contains(mark) && message.endsWith("."), message);
    }
}
