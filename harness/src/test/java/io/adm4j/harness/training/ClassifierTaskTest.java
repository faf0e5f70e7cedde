package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.export.graph.Value;
import io.adm4j.export.recipe.TrainingMode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifierTaskTest {
    private static final TrainingSettings SETTINGS = new TrainingSettings(4, 4, 1, 0, 0, 0, List.of(), 11, true);

    @TempDir
    Path folder;

    @Test
    void batchHasWhatTheGraphTakes() {
        ClassifierTask task = new ClassifierTask(flags(), dataset(6, 3), SETTINGS);

        Map<String, Tensor> batch = task.batch(2);

        assertEquals(inputs(task), batch.keySet());
        BatchLoader.Batch loaded = new BatchLoader(dataset(6, 3), SETTINGS).load(2);
        TimestepsAndNoise sampled = TimestepsAndNoise.sample(11, 2, 20, 4, 3, TinyRun.SIZE, TinyRun.SIZE);
        assertArrayEquals(loaded.images().toFloatArray(), batch.get("x_start").toFloatArray());
        assertArrayEquals(loaded.labels().toLongArray(), batch.get("y").toLongArray());
        assertArrayEquals(sampled.t().toLongArray(), batch.get("t").toLongArray());
        assertArrayEquals(sampled.noise().toFloatArray(), batch.get("noise").toFloatArray());
    }

    @Test
    void theFlagsSayHowGradientsAreComputed() {
        assertEquals(TrainingMode.standard(), mode(flags()));
        assertTrue(mode(flags().put("use_checkpoint", true)).recomputesBlocks());
        assertEquals(
                Optional.of(new TrainingMode.LossScaling(16, 1e-3)),
                mode(flags().put("classifier_use_fp16", true)).mixedPrecision());
    }

    private TrainingMode mode(ObjectNode flags) {
        return new ClassifierTask(flags, dataset(6, 3), SETTINGS).graph().mode();
    }

    @Test
    void timestepsAreUniformOverTheWholeProcess() {
        ClassifierTask task = new ClassifierTask(flags(), dataset(6, 3), SETTINGS);
        int[] counts = new int[20];
        for (int step = 0; step < 500; step++) {
            for (long t : task.batch(step).get("t").toLongArray()) {
                counts[(int) t]++;
            }
        }
        TimestepsAndNoiseTest.assertUniform(counts);
    }

    @Test
    void randomCropsAreAFunctionOfTheStep() {
        ObjectNode cropped = flags().put("random_crop", true);
        float[] first = new ClassifierTask(cropped, dataset(6, 3), SETTINGS)
                .batch(2)
                .get("x_start")
                .toFloatArray();
        float[] again = new ClassifierTask(cropped, dataset(6, 3), SETTINGS)
                .batch(2)
                .get("x_start")
                .toFloatArray();
        float[] whole = new ClassifierTask(flags(), dataset(6, 3), SETTINGS)
                .batch(2)
                .get("x_start")
                .toFloatArray();

        assertArrayEquals(first, again);
        assertFalse(Arrays.equals(first, whole));
    }

    @Test
    void withoutNoiseEveryTimestepIsZero() {
        ClassifierTask task = new ClassifierTask(flags().put("noised", false), dataset(6, 3), SETTINGS);

        Map<String, Tensor> batch = task.batch(1);

        assertEquals(Set.of("x_start", "t", "y"), batch.keySet());
        assertEquals(inputs(task), batch.keySet());
        assertArrayEquals(new long[4], batch.get("t").toLongArray());
    }

    @Test
    void labelsMustExistAndFit() {
        String missing = assertThrows(UserError.class, () -> new ClassifierTask(flags(), dataset(6, 0), SETTINGS))
                .getMessage();
        assertTrue(missing.startsWith("A classifier needs labels, and there are none in "), missing);
        String many = assertThrows(UserError.class, () -> new ClassifierTask(flags(), dataset(6, 4), SETTINGS))
                .getMessage();
        assertTrue(many.endsWith("give --num-classes 4."), many);
    }

    @Test
    void metricsAreMeanLossAndAccuracy() {
        ClassifierTask task = new ClassifierTask(flags(), dataset(6, 3), SETTINGS);
        // The last two are right; of equal logits the first class counts.
        float[] logits = {3, 1, 2, 0, 5, 1, -1, -2, 4, 7, 7, 7};
        Map<String, Tensor> outputs =
                Map.of("losses", Tensor.of(new float[] {1, 2, 3, 6}, 4), "logits", Tensor.of(logits, 4, 3));
        Map<String, Tensor> batch = Map.of("y", Tensor.of(new long[] {1, 2, 2, 0}, 4));

        Map<String, Tensor> all = new LinkedHashMap<>(outputs);
        all.putAll(task.derived(batch, outputs));
        assertEquals(List.of("loss", "accuracy", "accuracy5"), task.metricNames());
        assertArrayEquals(new double[] {3, 0.5, 1}, task.metrics(batch, all), 1e-12);
    }

    @Test
    void fiveLikeliestClassesCountForAccuracyAtFive() {
        ClassifierTask task = new ClassifierTask(flags().put("num_classes", 7), dataset(6, 3), SETTINGS);
        float[] logits = {1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7};

        Map<String, Tensor> derived =
                task.derived(Map.of("y", Tensor.of(new long[] {2, 1}, 2)), Map.of("logits", Tensor.of(logits, 2, 7)));

        assertArrayEquals(new float[] {0, 0}, derived.get("correct").toFloatArray());
        assertArrayEquals(new float[] {1, 0}, derived.get("correct5").toFloatArray());
        assertEquals(
                List.of("loss", "accuracy", "accuracy5"),
                List.copyOf(task.imageLosses().keySet()));
    }

    private static Set<String> inputs(TrainingTask task) {
        Set<String> inputs = new TreeSet<>(
                task.graph().graph().inputs().stream().map(Value::name).toList());
        assertTrue(inputs.remove("loss_weight"));
        return inputs;
    }

    private Dataset dataset(int count, int classes) {
        return Dataset.open(
                TinyRun.data(folder.resolve("data.npz"), count, classes), DatasetOptions.ofSize(TinyRun.SIZE));
    }

    private static ObjectNode flags() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("image_size", TinyRun.SIZE)
                .put("classifier_width", 32)
                .put("channel_mult", "1")
                .put("classifier_depth", 1)
                .put("classifier_attention_resolutions", "8")
                .put("num_head_channels", 16)
                .put("classifier_pool", "attention")
                .put("num_classes", 3)
                .put("diffusion_steps", 20)
                .put("noise_schedule", "cosine");
    }
}
