package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.training.DiffusionLoss;
import io.adm4j.export.training.TrainingGraph;
import io.adm4j.harness.UserError;
import io.adm4j.harness.data.PictureData;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Training of a classifier by cross-entropy: on noisy pictures x_t with uniform t for guidance (Dhariwal and Nichol 2021,
 * section 4), or without noise at t = 0 for a plain classifier.
 */
public final class ClassifierTask implements Task {
    private final ClassifierConfig network;
    private final GaussianDiffusion diffusion;
    private final DiffusionLoss noising;
    private final PictureBatches batches;
    private final boolean noised;
    private final long seed;

    /**
     * @param flags published flags of classifier and diffusion, and {@code noised}
     * @throws UserError if the pictures have no labels or too many classes
     */
    public ClassifierTask(JsonNode flags, PictureData pictures, TrainingSettings settings) {
        this.network = ClassifierConfig.fromFlags(flags);
        DiffusionConfig config = DiffusionConfig.fromJson(flags);
        this.diffusion = new GaussianDiffusion(config);
        this.noising = new DiffusionLoss(diffusion, DiffusionLoss.typeOf(config));
        this.noised = flags.path("noised").asBoolean(true);
        this.batches = new PictureBatches(pictures, settings.batchSize(), settings.seed(), settings.flip());
        this.seed = settings.seed();
        if (!pictures.hasLabels()) {
            throw new UserError("A classifier needs labels, and " + pictures + ".");
        }
        if (pictures.classCount() > network.numClasses()) {
            throw new UserError("The pictures have " + pictures.classCount() + " classes, the network "
                    + network.numClasses() + ": give --num-classes " + pictures.classCount() + ".");
        }
    }

    @Override
    public TrainingGraph graph() {
        return TrainingGraph.ofClassifier(network, noising, noised);
    }

    @Override
    public Map<String, Tensor> batch(long step) {
        PictureBatches.Batch pictures = batches.batch(step);
        long[] shape = pictures.x().shape();
        RandomGenerator random = PictureBatches.random(seed ^ 0x5DEECE66DL, step);
        Tensor t = Tensor.zeros(ElementType.INT64, shape[0]);
        Map<String, Tensor> batch = new LinkedHashMap<>();
        batch.put("x_start", pictures.x());
        if (noised) {
            for (int i = 0; i < shape[0]; i++) {
                t.longs().put(i, random.nextInt(diffusion.numTimesteps()));
            }
            Tensor noise = Tensor.zeros(ElementType.FLOAT32, shape);
            FloatBuffer values = noise.floats();
            while (values.hasRemaining()) {
                values.put((float) random.nextGaussian());
            }
            batch.put("noise", noise);
        }
        batch.put("t", t);
        batch.put("y", pictures.y());
        return batch;
    }

    @Override
    public List<String> figureNames() {
        return List.of("loss", "accuracy");
    }

    @Override
    public double[] figures(Map<String, Tensor> batch, Map<String, Tensor> outputs) {
        float[] losses = outputs.get("losses").toFloatArray();
        float[] logits = outputs.get("logits").toFloatArray();
        long[] labels = batch.get("y").toLongArray();
        int classes = logits.length / losses.length;
        double sum = 0;
        int right = 0;
        for (int i = 0; i < losses.length; i++) {
            sum += losses[i];
            int best = 0;
            for (int k = 1; k < classes; k++) {
                if (logits[i * classes + k] > logits[i * classes + best]) {
                    best = k;
                }
            }
            right += best == labels[i] ? 1 : 0;
        }
        return new double[] {sum / losses.length, (double) right / losses.length};
    }
}
