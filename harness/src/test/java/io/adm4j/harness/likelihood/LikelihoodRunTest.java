package io.adm4j.harness.likelihood;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.diffusion.BitsPerDimension;
import io.adm4j.diffusion.Denoiser;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.io.Npz;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LikelihoodRunTest {
    private static final int SIZE = 4;
    private static final int STEPS = 6;
    private static final GaussianDiffusion PROCESS =
            new GaussianDiffusion(DiffusionConfig.defaults().respaced(String.valueOf(STEPS)));
    private static final List<String> TERMS =
            List.of(Likelihood.TOTAL, Likelihood.PRIOR, Likelihood.VB, Likelihood.X_START_MSE, Likelihood.MSE);

    @TempDir
    Path folder;

    private Dataset dataset;

    @BeforeEach
    void open() {
        byte[] pixels = new byte[9 * SIZE * SIZE * 3];
        new Random(2).nextBytes(pixels);
        Path file = folder.resolve("images.npz");
        Npz.write(file, Map.of("arr_0", Tensor.of(pixels, 9, SIZE, SIZE, 3)));
        dataset = Dataset.open(file, new DatasetOptions(SIZE, Split.TEST));
    }

    @Test
    void anImagesTermsDependOnItsSeedAlone() {
        Likelihood all =
                run(LikelihoodRunTest::half, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8).evaluate(4, none(), silent());
        Likelihood some = run(LikelihoodRunTest::half, 3, 2, 7).evaluate(1, none(), silent());

        for (String name : TERMS) {
            assertArrayEquals(
                    all.arrays().get(name).rows(7, 8).toFloatArray(),
                    some.arrays().get(name).rows(1, 2).toFloatArray(),
                    name);
        }
        Likelihood other = run(LikelihoodRunTest::half, 4, 2, 7).evaluate(1, none(), silent());
        assertFalse(Arrays.equals(
                some.arrays().get(Likelihood.MSE).toFloatArray(),
                other.arrays().get(Likelihood.MSE).toFloatArray()));
    }

    @Test
    void arraysAreWhatTheBoundHas() {
        Likelihood result = run(LikelihoodRunTest::half, 0, 5, 1, 8).evaluate(2, none(), silent());

        assertArrayEquals(new long[] {3}, result.arrays().get(Likelihood.PRIOR).shape());
        assertArrayEquals(
                new long[] {3, STEPS}, result.arrays().get(Likelihood.VB).shape());
        assertArrayEquals(
                new long[] {5, 1, 8}, result.arrays().get(Likelihood.IMAGES).toLongArray());
        long[] timesteps = result.timesteps();
        assertEquals(999, timesteps[0]);
        assertEquals(0, timesteps[STEPS - 1]);
        for (int n = 0; n < 3; n++) {
            double sum = result.arrays().get(Likelihood.PRIOR).floats().get(n);
            for (int step = 0; step < STEPS; step++) {
                sum += result.arrays().get(Likelihood.VB).floats().get(n * STEPS + step);
            }
            assertEquals(sum, result.arrays().get(Likelihood.TOTAL).floats().get(n), 1e-5 * Math.abs(sum));
        }
    }

    @Test
    void aResumedRunEvaluatesTheRestAlone() {
        int[] chosen = IntStream.range(0, 9).toArray();
        Likelihood whole = run(LikelihoodRunTest::half, 1, chosen).evaluate(2, none(), silent());
        AtomicInteger evaluations = new AtomicInteger();
        Denoiser failing = (x, t, y) -> {
            if (evaluations.incrementAndGet() > 2 * STEPS + 1) {
                throw new IllegalStateException("interrupted");
            }
            return half(x, t, y);
        };
        Path parts = folder.resolve("parts");
        assertThrows(
                IllegalStateException.class,
                () -> run(failing, 1, chosen).evaluate(2, Optional.of(SampleShards.open(parts, "{}")), silent()));
        AtomicInteger rest = new AtomicInteger();
        Denoiser counting = (x, t, y) -> {
            rest.incrementAndGet();
            return half(x, t, y);
        };

        Likelihood resumed =
                run(counting, 1, chosen).evaluate(2, Optional.of(SampleShards.open(parts, "{}")), silent());

        assertEquals(3 * STEPS, rest.get(), "two of five batches were done");
        whole.arrays()
                .forEach((name, array) ->
                        assertEquals(array.bytes(), resumed.arrays().get(name).bytes(), name));
    }

    @Test
    void choicesAreRandomNestedAndInOrder() {
        int[] ten = LikelihoodRun.choose(1000, 10, 7);
        int[] twenty = LikelihoodRun.choose(1000, 20, 7);

        assertArrayEquals(ten, Arrays.stream(ten).sorted().distinct().toArray());
        assertEquals(10, ten.length);
        assertTrue(new HashSet<>(Arrays.stream(twenty).boxed().toList())
                .containsAll(Arrays.stream(ten).boxed().toList()));
        assertTrue(ten[9] > 500, "not the first ones");
        assertFalse(Arrays.equals(ten, LikelihoodRun.choose(1000, 10, 8)));
        assertArrayEquals(IntStream.range(0, 5).toArray(), LikelihoodRun.choose(5, 5, 7));
    }

    @Test
    void meansHaveStandardErrors() {
        Likelihood result = new Likelihood(Map.of(
                Likelihood.TOTAL,
                Tensor.of(new float[] {1, 2, 6}, 3),
                Likelihood.VB,
                Tensor.of(new float[] {1, 3, 0, 2, 5, 0, 3, 7, 0}, 3, 3)));

        assertEquals(new Likelihood.Estimate(3, Math.sqrt(7.0 / 3)), result.mean(Likelihood.TOTAL));
        assertEquals(7, result.sum(Likelihood.VB, 0, 2).mean(), 1e-12);
        assertEquals(3 / Math.sqrt(3), result.sum(Likelihood.VB, 0, 2).error(), 1e-12);
        assertEquals(3.5, result.average(Likelihood.VB, 0, 2).mean(), 1e-12);
        assertEquals(1.5 / Math.sqrt(3), result.average(Likelihood.VB, 0, 2).error(), 1e-12);
        Likelihood one = new Likelihood(Map.of(Likelihood.TOTAL, Tensor.of(new float[] {4}, 1)));
        assertEquals(new Likelihood.Estimate(4, Double.NaN), one.mean(Likelihood.TOTAL));
    }

    private LikelihoodRun run(Denoiser denoiser, long seed, int... chosen) {
        return new LikelihoodRun(
                denoiser, new BitsPerDimension(PROCESS, true), dataset, chosen, Optional.empty(), seed);
    }

    private static Tensor half(Tensor x, Tensor timesteps, Tensor labels) {
        Tensor output = Tensor.zeros(ElementType.FLOAT32, x.shape());
        for (int i = 0; i < x.size(); i++) {
            output.floats().put(i, x.floats().get(i) / 2);
        }
        return output;
    }

    private static Optional<SampleShards> none() {
        return Optional.empty();
    }

    private static ProgressListener silent() {
        return ProgressListener.silent();
    }
}
