package io.adm4j.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchTrialTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void networksThatComputeRowByRowNeedNoPadding(int threads) throws IOException {
        try (SamplingPipeline model = SamplingPipeline.open(
                        TinyBundle.write(folder.resolve("tiny"), 4, true, List.of("a", "b")), Device.CPU, threads);
                Upsampler upsampler = Upsampler.open(
                        TinyBundle.writeUpsampler(folder.resolve("up"), 4, 8, false, 0), Device.CPU, threads)) {
            for (SamplingPipeline each : List.of(model, upsampler.model())) {
                BatchSizes found = new BatchTrial(each, 0).sizes();
                assertEquals(new BatchSizes(StepScheduler.CPU_ROWS, 1, 1, false), found);
                for (int limit : new int[] {1, 2, 5, 16}) {
                    assertEquals(new BatchSizes(limit, 1, 1, false), new BatchTrial(each, limit).sizes());
                }
            }
        }
    }

    /** A network whose results depend on a property of the batch's size. */
    private static BatchTrial.Trial trial(int most, IntUnaryOperator property) {
        BatchTrial.Trial trial = new BatchTrial.Trial();
        for (int rows = 1; rows <= most; rows++) {
            float[] values = new float[rows];
            for (int i = 0; i < rows; i++) {
                values[i] = i + 0.25f * property.applyAsInt(rows);
            }
            trial.add(rows, Tensor.of(values, rows, 1), rows);
        }
        return trial;
    }

    @Test
    void paddingMakesBatchesEqualToTheBit() {
        assertEquals(1, trial(4, rows -> 0).multiple());
        assertEquals(2, trial(4, rows -> rows % 2).multiple());
        assertEquals(4, trial(8, rows -> rows % 4).multiple());
        assertEquals(8, trial(8, rows -> rows).multiple());
        assertEquals(1, trial(1, rows -> 0).multiple());
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
    void sizesArePaddedToMultiplesAndPowers() {
        BatchSizes plain = new BatchSizes(8, 1, 2, false);
        assertEquals(3, plain.forDenoiser(3));
        assertEquals(4, plain.forClassifier(3));
        assertEquals(2, plain.forClassifier(1));
        BatchSizes powers = new BatchSizes(32, 1, 4, true);
        assertEquals(1, powers.forDenoiser(1));
        assertEquals(8, powers.forDenoiser(5));
        assertEquals(8, powers.forDenoiser(8));
        assertEquals(4, powers.forClassifier(1));
        assertEquals(new BatchSizes(4, 1, 1, false), BatchSizes.untried(4));
    }
}
