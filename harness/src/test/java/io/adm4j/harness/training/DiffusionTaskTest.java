package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Value;
import io.adm4j.export.net.DropoutKeys;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
        assertArrayEquals(new double[] {3, 2, 2}, hybrid.metrics(Map.of(), outputs), 1e-12);

        DiffusionTask simple = new DiffusionTask(flags().put("learn_sigma", false), dataset(6, 3), SETTINGS);
        assertEquals(List.of("loss"), simple.metricNames());
        assertArrayEquals(new double[] {3}, simple.metrics(Map.of(), outputs), 1e-12);
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
