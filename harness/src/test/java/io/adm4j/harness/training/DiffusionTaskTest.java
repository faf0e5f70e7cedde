package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Value;
import io.adm4j.export.net.DropoutKeys;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.recipe.TrainingMode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffusionTaskTest {
    private static final TrainingSettings SETTINGS = new TrainingSettings(4, 4, 1, 0, 0, 0, List.of(), 11, true);

    @TempDir
    Path folder;

    @Test
    void batchHasWhatTheGraphTakes() {
        DiffusionTask task = new DiffusionTask(flags().put("dropout", 0.1), dataset(6, 3), SETTINGS);

        Map<String, Tensor> batch = task.batch(2);

        Set<String> inputs = new TreeSet<>(
                task.graph().graph().inputs().stream().map(Value::name).toList());
        assertTrue(inputs.remove("loss_weight"));
        assertEquals(inputs, batch.keySet());
        BatchLoader.Batch loaded = new BatchLoader(dataset(6, 3), SETTINGS).load(2);
        TimestepsAndNoise sampled = TimestepsAndNoise.sample(11, 2, 20, 4, 3, TinyRun.SIZE, TinyRun.SIZE);
        assertArrayEquals(loaded.images().toFloatArray(), batch.get("x_start").toFloatArray());
        assertArrayEquals(loaded.labels().toLongArray(), batch.get("y").toLongArray());
        assertArrayEquals(sampled.t().toLongArray(), batch.get("t").toLongArray());
        assertArrayEquals(sampled.noise().toFloatArray(), batch.get("noise").toFloatArray());
        int layers = (int) batch.get(TrainingGraph.DROPOUT_KEYS).dim(1);
        assertArrayEquals(
                DropoutKeys.of(11, 8, 4, layers).toFloatArray(),
                batch.get(TrainingGraph.DROPOUT_KEYS).toFloatArray());
    }

    @Test
    void theFlagsSayHowGradientsAreComputed() {
        assertEquals(TrainingMode.standard(), mode(flags()));
        assertTrue(mode(flags().put("use_checkpoint", true)).recomputesBlocks());
        assertEquals(
                Optional.of(new TrainingMode.LossScaling(20, 1e-3)),
                mode(flags().put("use_fp16", true)).mixedPrecision());
        assertEquals(
                Optional.of(new TrainingMode.LossScaling(20, 0.5)),
                mode(flags().put("use_fp16", true).put("fp16_scale_growth", 0.5))
                        .mixedPrecision());
    }

    private TrainingMode mode(ObjectNode flags) {
        return new DiffusionTask(flags, dataset(6, 3), SETTINGS).graph().mode();
    }

    @Test
    void timestepsAreUniformOverTheWholeProcess() {
        DiffusionTask task = new DiffusionTask(flags(), dataset(6, 3), SETTINGS);
        int[] counts = new int[20];
        for (int step = 0; step < 500; step++) {
            for (long t : task.batch(step).get("t").toLongArray()) {
                counts[(int) t]++;
            }
        }
        TimestepsAndNoiseTest.assertUniform(counts);
    }

    @Test
    void anUnconditionalNetworkTakesNoLabels() {
        ObjectNode unconditional = flags().put("class_cond", false);

        for (int classes : new int[] {0, 5}) {
            DiffusionTask task = new DiffusionTask(unconditional, dataset(6, classes), SETTINGS);
            assertEquals(Set.of("x_start", "t", "noise"), task.batch(0).keySet());
        }
    }

    @Test
    void aConditionalNetworkNeedsFittingLabels() {
        String missing = assertThrows(UserError.class, () -> new DiffusionTask(flags(), dataset(6, 0), SETTINGS))
                .getMessage();
        assertTrue(missing.startsWith("A class-conditional network needs labels, and there are none in "), missing);
        assertTrue(missing.endsWith("no labels: give labeled images or --class-cond false."), missing);
        String many = assertThrows(UserError.class, () -> new DiffusionTask(flags(), dataset(6, 4), SETTINGS))
                .getMessage();
        assertTrue(many.endsWith("give --num-classes 4."), many);
    }

    @Test
    void metricsAreMeansOverTheBatch() {
        Map<String, Tensor> outputs = Map.of(
                "losses", Tensor.of(new float[] {1, 2, 6}, 3),
                "mse", Tensor.of(new float[] {1, 1, 4}, 3),
                "vb", Tensor.of(new float[] {0, 3, 3}, 3));

        DiffusionTask hybrid = new DiffusionTask(flags(), dataset(6, 3), SETTINGS);
        assertEquals(List.of("loss", "mse", "vb"), hybrid.metricNames());
        assertArrayEquals(new double[] {3, 2, 2}, hybrid.metrics(weighted(1, 1, 1), outputs), 1e-12);
        assertArrayEquals(new double[] {2, 4 / 3.0, 2}, hybrid.metrics(weighted(2, 2, 0), outputs), 1e-12);

        DiffusionTask simple = new DiffusionTask(flags().put("learn_sigma", false), dataset(6, 3), SETTINGS);
        assertEquals(List.of("loss"), simple.metricNames());
        assertArrayEquals(new double[] {3}, simple.metrics(weighted(1, 1, 1), outputs), 1e-12);
    }

    @Test
    void uniformTimestepsDoNotDependOnLosses() {
        DiffusionTask task = new DiffusionTask(flags(), dataset(6, 3), SETTINGS);
        Map<String, Tensor> batch = new LinkedHashMap<>(task.batch(0));
        Map<String, Tensor> before = new LinkedHashMap<>(batch);

        task.prepare(0, 0, batch);
        task.saveState(folder);

        assertEquals(before, batch);
        assertFalse(Files.exists(folder.resolve("timesteps.npz")));
    }

    @Test
    void importantTimestepsAreSampledMoreOftenAndWeighLess() {
        DiffusionTask task =
                new DiffusionTask(flags().put("schedule_sampler", "loss-second-moment"), dataset(6, 3), SETTINGS);
        for (int i = 0; i < 10; i++) {
            for (long t = 0; t < 20; t++) {
                task.observe(
                        Map.of("t", Tensor.of(new long[] {t}, 1)),
                        Map.of("losses", Tensor.of(new float[] {t == 7 ? 19 : 1}, 1)));
            }
        }
        Map<String, Tensor> whole = new LinkedHashMap<>(task.batch(5));
        Tensor noise = whole.get("noise");
        int seven = 0;
        for (int step = 0; step < 200; step++) {
            task.prepare(step, 0, whole);
            for (int i = 0; i < 4; i++) {
                boolean important = whole.get("t").toLongArray()[i] == 7;
                seven += important ? 1 : 0;
                // p = 1/2 or 1/38, of T = 20.
                assertEquals(important ? 0.1 : 1.9, weight(whole, i), 0.01);
            }
        }
        assertTrue(seven > 340 && seven < 460, "" + seven);
        assertSame(noise, whole.get("noise"));

        // The second half of a batch gets the same timesteps alone.
        task.prepare(5, 0, whole);
        Map<String, Tensor> half = new LinkedHashMap<>(Map.of("t", Tensor.of(new long[2], 2)));
        task.prepare(5, 2, half);
        assertArrayEquals(whole.get("t").rows(2, 4).toLongArray(), half.get("t").toLongArray());
    }

    @Test
    void anUnknownSamplerIsRefused() {
        String message = assertThrows(
                        UserError.class,
                        () -> new DiffusionTask(flags().put("schedule_sampler", "best"), dataset(6, 3), SETTINGS))
                .getMessage();
        assertEquals("The flag schedule_sampler must be uniform or loss-second-moment, not 'best'.", message);
    }

    private static double weight(Map<String, Tensor> batch, int index) {
        return batch.get(TrainingGraph.LOSS_WEIGHT).floats().get(index);
    }

    private static Map<String, Tensor> weighted(float... weights) {
        return Map.of(TrainingGraph.LOSS_WEIGHT, Tensor.of(weights, weights.length));
    }

    private Dataset dataset(int count, int classes) {
        return Dataset.open(
                TinyRun.data(folder.resolve("data.npz"), count, classes), DatasetOptions.ofSize(TinyRun.SIZE));
    }

    private static ObjectNode flags() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("image_size", TinyRun.SIZE)
                .put("num_channels", 32)
                .put("channel_mult", "1")
                .put("num_res_blocks", 1)
                .put("attention_resolutions", "8")
                .put("num_head_channels", 16)
                .put("learn_sigma", true)
                .put("class_cond", true)
                .put("num_classes", 3)
                .put("diffusion_steps", 20)
                .put("noise_schedule", "cosine");
    }
}
