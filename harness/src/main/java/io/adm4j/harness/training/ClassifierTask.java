package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.loss.DiffusionLoss;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.recipe.TrainingMode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.BackgroundCheck;
import io.adm4j.harness.data.Dataset;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Training of a classifier by cross-entropy: on noisy images x_t with uniform t for guidance (Dhariwal and Nichol 2021,
 * section 4), or on images without noise at t = 0. Metrics: {@code loss}, and {@code accuracy} and
 * {@code accuracy5} in [0, 1]: the share of images whose label is the likeliest, or one of the five likeliest.
 */
public final class ClassifierTask implements TrainingTask {
    private static final int MOST_LIKELY = 5;

    private final ClassifierConfig network;
    private final TrainingMode mode;
    private final DiffusionLoss noising;
    private final BatchLoader batches;
    private final boolean noised;
    private final int numTimesteps;
    private final long seed;

    /**
     * @param flags published flags of classifier and diffusion, {@code noised} and {@code random_crop}
     * @throws UserError if the images have no labels or too many classes
     */
    public ClassifierTask(JsonNode flags, Dataset images, TrainingSettings settings) {
        this.network = ClassifierConfig.fromFlags(flags);
        this.mode = TrainingMode.ofClassifier(flags);
        DiffusionConfig config = DiffusionConfig.fromJson(flags);
        GaussianDiffusion diffusion = new GaussianDiffusion(config);
        this.noising = new DiffusionLoss(diffusion, DiffusionLoss.typeOf(config));
        this.noised = flags.path("noised").asBoolean(true);
        this.batches =
                new BatchLoader(images, settings, flags.path("random_crop").asBoolean(false));
        this.numTimesteps = diffusion.numTimesteps();
        this.seed = settings.seed();
        if (!images.hasLabels()) {
            throw new UserError("A classifier needs labels, and there are none in " + images + ".");
        }
        batches.requireClasses(network.numClasses());
    }

    /** The same network on other images, uncropped, as the published trainer validates. */
    public static ClassifierTask ofValidation(JsonNode flags, Dataset images, TrainingSettings settings) {
        ObjectNode uncropped = flags.deepCopy();
        return new ClassifierTask(uncropped.put("random_crop", false), images, settings.withBatchSizeSince(0, 0));
    }

    @Override
    public TrainingGraph graph() {
        return TrainingGraph.ofClassifier(network, noising, noised, mode);
    }

    @Override
    public Map<String, Tensor> batch(long step) {
        BatchLoader.Batch loaded = batches.load(step);
        long[] shape = loaded.images().shape();
        Map<String, Tensor> batch = new LinkedHashMap<>();
        batch.put("x_start", loaded.images());
        if (noised) {
            TimestepsAndNoise sampled = TimestepsAndNoise.sample(seed, step, numTimesteps, shape);
            batch.put("t", sampled.t());
            batch.put("noise", sampled.noise());
        } else {
            batch.put("t", Tensor.zeros(ElementType.INT64, shape[0]));
        }
        batch.put("y", loaded.labels());
        return batch;
    }

    @Override
    public BackgroundCheck checkImages() {
        return batches.checkInBackground();
    }

    @Override
    public List<String> metricNames() {
        return List.of("loss", "accuracy", "accuracy5");
    }

    @Override
    public Map<String, String> imageLosses() {
        Map<String, String> values = new LinkedHashMap<>();
        if (noised) {
            values.put("loss", "losses");
            values.put("accuracy", "correct");
            values.put("accuracy5", "correct5");
        }
        return values;
    }

    @Override
    public Map<String, Tensor> derived(Map<String, Tensor> batch, Map<String, Tensor> outputs) {
        float[] logits = outputs.get("logits").toFloatArray();
        long[] labels = batch.get("y").toLongArray();
        int classes = logits.length / labels.length;
        float[] first = new float[labels.length];
        float[] five = new float[labels.length];
        for (int i = 0; i < labels.length; i++) {
            int rank = rank(logits, i * classes, classes, (int) labels[i]);
            first[i] = rank < 1 ? 1 : 0;
            five[i] = rank < MOST_LIKELY ? 1 : 0;
        }
        return Map.of("correct", Tensor.of(first, first.length), "correct5", Tensor.of(five, five.length));
    }

    @Override
    public int numTimesteps() {
        return noised ? numTimesteps : 0;
    }

    @Override
    public double[] metrics(Map<String, Tensor> batch, Map<String, Tensor> outputs) {
        return Stream.of("losses", "correct", "correct5")
                .mapToDouble(name -> mean(outputs.get(name)))
                .toArray();
    }

    private static double mean(Tensor values) {
        double sum = 0;
        for (float value : values.toFloatArray()) {
            sum += value;
        }
        return sum / values.size();
    }

    /** The number of classes that are likelier than the label; of equal ones the first counts as likelier. */
    private static int rank(float[] logits, int offset, int classes, int label) {
        int rank = 0;
        float own = logits[offset + label];
        for (int i = 0; i < classes; i++) {
            float other = logits[offset + i];
            rank += other > own || other == own && i < label ? 1 : 0;
        }
        return rank;
    }
}
