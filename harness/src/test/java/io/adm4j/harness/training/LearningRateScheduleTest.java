package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningRateScheduleTest {

    @ParameterizedTest(name = "warm-up {0}, annealing {1}, step {2}")
    @CsvSource({
        // Constant.
        "0, 0, 0, 8",
        "0, 0, 1000000, 8",
        // Warm-up alone: the first step is not wasted on a rate of 0.
        "4, 0, 0, 2",
        "4, 0, 1, 4",
        "4, 0, 2, 6",
        "4, 0, 3, 8",
        "4, 0, 4, 8",
        "1, 0, 0, 8",
        // Annealing alone.
        "0, 4, 0, 8",
        "0, 4, 1, 6",
        "0, 4, 3, 2",
        "0, 4, 4, 0",
        "0, 4, 5, 0",
        "0, 1, 1, 0",
        // Both.
        "2, 4, 0, 4",
        "2, 4, 1, 6",
        "2, 4, 2, 4"
    })
    void growsThenFallsLinearly(long warmup, long anneal, long step, double expected) {
        assertEquals(expected, new LearningRateSchedule(8, warmup, anneal).at(step), 1e-12);
    }
}
