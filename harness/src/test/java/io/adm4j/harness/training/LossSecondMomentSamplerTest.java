package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.Golden;
import io.adm4j.feedback.UserError;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LossSecondMomentSamplerTest {
    private static final int STEPS = 5;

    @TempDir
    Path folder;

    static Stream<String> cases() {
        return Golden.cases("resampler-loss-second-moment").stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void weightsAndHistoryAreThePublishedOnes(String name) {
        Map<String, Tensor> golden = Npz.read(Golden.file(name + ".npz"));
        long[] t = golden.get("t").toLongArray();
        double[] losses = golden.get("loss").toDoubleArray();
        double[] expected = golden.get("weights").toDoubleArray();
        int batches = (int) golden.get("weights").dim(0);
        int steps = (int) golden.get("weights").dim(1);
        int size = t.length / batches;
        LossSecondMomentSampler sampler = new LossSecondMomentSampler(steps);

        for (int batch = 0; batch < batches; batch++) {
            sampler.observe(
                    Arrays.copyOfRange(t, batch * size, (batch + 1) * size),
                    floats(Arrays.copyOfRange(losses, batch * size, (batch + 1) * size)));
            // The published weights come from losses in float64, ours in float32, as networks give them.
            assertArrayEquals(
                    Arrays.copyOfRange(expected, batch * steps, (batch + 1) * steps), sampler.weights(), 1e-7);
        }
        double[] history = golden.get("history").toDoubleArray();
        for (int i = 0; i < history.length; i++) {
            assertEquals(history[i], sampler.history().toDoubleArray()[i], 1e-7 * Math.abs(history[i]));
        }
        assertArrayEquals(golden.get("counts").toLongArray(), sampler.counts().toLongArray());
    }

    @Test
    void samplesUniformlyUntilEveryTimestepHasTenLosses() {
        LossSecondMomentSampler sampler = new LossSecondMomentSampler(STEPS);
        for (int i = 0; i < 10; i++) {
            sampler.observe(new long[] {0, 1, 2, 3}, new float[] {100, 1, 1, 1});
        }
        for (int i = 0; i < 9; i++) {
            sampler.observe(new long[] {4}, new float[] {1});
        }
        LossSecondMomentSampler.Sampled sampled = sampler.sample(0, 0.19, 0.21, 0.59, 0.61, 0.999999);
        assertArrayEquals(new long[] {0, 0, 1, 2, 3, 4}, sampled.t().toLongArray());
        assertArrayEquals(new float[] {1, 1, 1, 1, 1, 1}, sampled.weights().toFloatArray(), 1e-6f);

        sampler.observe(new long[] {4}, new float[] {1});
        assertArrayEquals(new long[] {0}, sampler.sample(0.9).t().toLongArray());
    }

    @Test
    void theWeightedMeanIsTheUniformOne() {
        LossSecondMomentSampler sampler = trained();
        double[] values = {3, -1, 4, 1, 5};
        Random random = new Random(3);
        int count = 200_000;
        LossSecondMomentSampler.Sampled sampled =
                sampler.sample(random.doubles(count).toArray());
        double sum = 0;
        double[] shares = new double[STEPS];
        for (int i = 0; i < count; i++) {
            int t = (int) sampled.t().longs().get(i);
            sum += sampled.weights().floats().get(i) * values[t];
            shares[t] += 1.0 / count;
        }
        assertEquals(Arrays.stream(values).sum() / STEPS, sum / count, 0.02);
        assertArrayEquals(sampler.weights(), shares, 0.005);
        // Exactly, from the probabilities: sum of p * v / (T * p).
        double[] weights = sampler.weights();
        assertEquals(1, Arrays.stream(weights).sum(), 1e-12);
        double exact = 0;
        for (int t = 0; t < STEPS; t++) {
            double below = Arrays.stream(weights).limit(t).sum() + weights[t] / 2;
            exact += weights[t] * sampler.sample(below).weights().floats().get(0) * values[t];
        }
        assertEquals(Arrays.stream(values).sum() / STEPS, exact, 1e-6);
    }

    @Test
    void everyTimestepKeepsAShareOfTheUniformDistribution() {
        LossSecondMomentSampler sampler = new LossSecondMomentSampler(2);
        IntStream.range(0, 10).forEach(i -> sampler.observe(new long[] {0, 1}, new float[] {0, 1}));
        assertArrayEquals(new double[] {0.0005, 0.9995}, sampler.weights(), 1e-12);
        assertArrayEquals(
                new float[] {1000, 0.50025f},
                sampler.sample(0.0004, 0.0006).weights().toFloatArray(),
                1e-3f);
    }

    @Test
    void lossesOfZeroCarryNoPreference() {
        LossSecondMomentSampler sampler = new LossSecondMomentSampler(2);
        IntStream.range(0, 10).forEach(i -> sampler.observe(new long[] {0, 1}, new float[2]));
        assertArrayEquals(new double[] {0.5, 0.5}, sampler.weights(), 1e-12);
    }

    @Test
    void aSavedHistoryContinuesWithTheSameNumbers() {
        LossSecondMomentSampler sampler = trained();
        sampler.save(folder);
        LossSecondMomentSampler restored = new LossSecondMomentSampler(STEPS);
        restored.load(folder);

        for (int i = 0; i < 3; i++) {
            sampler.observe(new long[] {1, 3}, new float[] {7, i});
            restored.observe(new long[] {1, 3}, new float[] {7, i});
            assertArrayEquals(sampler.weights(), restored.weights(), 0);
            assertArrayEquals(
                    sampler.history().toDoubleArray(), restored.history().toDoubleArray(), 0);
        }
    }

    @Test
    void aDamagedHistoryIsRefused() throws IOException {
        new LossSecondMomentSampler(STEPS + 1).save(folder);
        String other = assertThrows(UserError.class, () -> new LossSecondMomentSampler(STEPS).load(folder))
                .getMessage();
        assertTrue(other.contains("losses of 6 timesteps, and the run has 5"), other);
        Files.write(folder.resolve("timesteps.npz"), new byte[] {1, 2, 3});
        String damaged = assertThrows(UserError.class, () -> new LossSecondMomentSampler(STEPS).load(folder))
                .getMessage();
        assertTrue(damaged.endsWith("is damaged: resume from an older checkpoint."), damaged);
        Files.delete(folder.resolve("timesteps.npz"));
        assertThrows(UserError.class, () -> new LossSecondMomentSampler(STEPS).load(folder));
    }

    /** Ten losses of each timestep; the later the larger. */
    private static LossSecondMomentSampler trained() {
        LossSecondMomentSampler sampler = new LossSecondMomentSampler(STEPS);
        for (int i = 0; i < 12; i++) {
            sampler.observe(new long[] {0, 1, 2, 3, 4}, new float[] {0.5f, 1, 2 + 0.1f * i, 3, 4});
        }
        return sampler;
    }

    private static float[] floats(double[] values) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = (float) values[i];
        }
        return result;
    }
}
