package io.adm4j.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchTrialTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void networksThatComputeRowByRowGetThemTogether(int threads) throws IOException {
        try (SamplingPipeline model = SamplingPipeline.open(
                        TinyBundle.write(folder.resolve("tiny"), 4, true, List.of("a", "b")), Device.CPU, threads);
                Upsampler upsampler = Upsampler.open(
                        TinyBundle.writeUpsampler(folder.resolve("up"), 4, 8, false, 0), Device.CPU, threads)) {
            for (SamplingPipeline each : List.of(model, upsampler.model())) {
                BatchSizes found = new BatchTrial(each, 0).sizes();
                assertEquals(new BatchSizes(StepScheduler.CPU_ROWS, true, true, false), found);
                for (int limit : new int[] {1, 2, 5, 16}) {
                    assertEquals(new BatchSizes(limit, true, true, false), new BatchTrial(each, limit).sizes());
                }
            }
        }
    }

    /** A network that gets equal rows, and whose results depend on their place and on the size of the batch. */
    private static BatchTrial.Trial trial(int most, IntBinaryOperator result) {
        BatchTrial.Trial trial = new BatchTrial.Trial();
        for (int rows = 1; rows <= most; rows++) {
            float[] values = new float[rows];
            for (int i = 0; i < rows; i++) {
                values[i] = result.applyAsInt(i, rows);
            }
            trial.add(rows, Tensor.of(values, rows, 1), rows);
        }
        return trial;
    }

    @Test
    void aRowMustNotDependOnItsPlaceOrCompany() {
        assertTrue(trial(4, (place, rows) -> 7).rowsAreIndependent());
        assertTrue(trial(1, (place, rows) -> 7).rowsAreIndependent());
        assertFalse(trial(4, (place, rows) -> place % 2).rowsAreIndependent());
        assertFalse(trial(4, (place, rows) -> rows % 2).rowsAreIndependent());
        assertFalse(trial(4, (place, rows) -> rows == 4 ? 1 : 0).rowsAreIndependent());
    }

    @Test
    void theSmallestBatchThatIsAboutAsFastAsAnyIsEfficient() {
        Tensor any = Tensor.of(new float[1], 1, 1);
        BatchTrial.Trial trial = new BatchTrial.Trial();
        trial.add(1, any, 1);
        trial.add(2, any, 1.9);
        trial.add(4, any, 3.2);
        assertEquals(4, trial.efficient());
        // The best time of each counts.
        trial.add(2, any, 1.61);
        trial.add(4, any, 5);
        assertEquals(2, trial.efficient());
        trial.add(1, any, 0.81);
        assertEquals(1, trial.efficient());
    }

    @Test
    void onACpuABatchIsNoLargerThanItsStepIsShort() {
        Tensor any = Tensor.of(new float[1], 1, 1);
        BatchTrial.Trial trial = new BatchTrial.Trial();
        trial.add(1, any, 0.3);
        trial.add(2, any, 0.5);
        assertEquals(4, trial.within(1));
        assertEquals(2, trial.within(0.9));
        assertEquals(1, trial.within(0.4));
        assertEquals(1, trial.within(0.1));
    }

    @Test
    void batchesArePaddedToPowersWhereTheDeviceWantsThat() {
        assertEquals(3, new BatchSizes(8, true, false, false).padded(3));
        BatchSizes powers = new BatchSizes(32, true, true, true);
        assertEquals(1, powers.padded(1));
        assertEquals(8, powers.padded(5));
        assertEquals(8, powers.padded(8));
        assertEquals(new BatchSizes(4, true, false, false), BatchSizes.untried(4, true));
        assertEquals(new BatchSizes(64, true, true, false), BatchSizes.untried(64, false));
    }
}
