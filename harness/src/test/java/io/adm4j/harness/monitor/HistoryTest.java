package io.adm4j.harness.monitor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.report.TrainingReport;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private final History history = new History();

    @Test
    void fewStepsAreKeptAsTheyAre() {
        history.add(1, Map.of("loss", 4.0));
        history.add(2, Map.of("loss", 2.0, "late", 7.0));

        assertArrayEquals(new double[] {1, 2}, history.curve("loss").steps());
        assertArrayEquals(new double[] {4, 2}, history.curve("loss").values());
        assertArrayEquals(new double[] {2}, history.curve("late").steps());
        assertEquals(0, history.curve("unknown").steps().length);
    }

    @Test
    void manyStepsBecomeMeansOverStepsNextToEachOther() {
        for (int step = 1; step <= 10_000; step++) {
            history.add(step, Map.of("line", 3.0 * step, "rare", step % 2 == 0 ? 1.0 : 5.0));
        }
        TrainingReport.Curve line = history.curve("line");

        assertTrue(line.steps().length > 400 && line.steps().length <= 800, line.steps().length + " points");
        assertArrayEquals(DoubleStream.of(line.steps()).map(s -> 3 * s).toArray(), line.values(), 1e-6);
        assertArrayEquals(
                DoubleStream.of(line.steps()).map(s -> 3).toArray(),
                history.curve("rare").values(),
                1e-9);
    }
}
