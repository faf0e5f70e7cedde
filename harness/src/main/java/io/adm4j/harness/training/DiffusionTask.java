package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.loss.DiffusionLoss;
import io.adm4j.export.net.AdmUNet;
import io.adm4j.export.net.DropoutKeys;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import io.adm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Training of a denoiser (Dhariwal and Nichol 2021, sections 2 and 3): uniform timesteps, the loss that the flags choose. */
public final class DiffusionTask implements TrainingTask {
    private final UNetConfig network;
    private final GaussianDiffusion diffusion;
    private final DiffusionLoss loss;
    private final BatchLoader batches;
    private final TimestepsAndNoise draws;
    private final long seed;

    /**
     * @param flags published flags of network and diffusion
     * @throws UserError if the network is class-conditional and the images' labels do not fit it
     */
    public DiffusionTask(JsonNode flags, Dataset images, TrainingSettings settings) {
        this.network = UNetConfig.fromFlags(flags);
        DiffusionConfig config = DiffusionConfig.fromJson(flags);
        this.diffusion = new GaussianDiffusion(config);
        this.loss = new DiffusionLoss(diffusion, DiffusionLoss.typeOf(config));
        this.batches = new BatchLoader(images, settings.batchSize(), settings.seed(), settings.flip());
        this.draws = new TimestepsAndNoise(settings.seed(), diffusion.numTimesteps());
        this.seed = settings.seed();
        if (network.classConditional() && !images.hasLabels()) {
            throw new UserError("A class-conditional network needs labels, and " + images
                    + ": give labelled images or --class-cond false.");
        }
        if (network.classConditional()) {
            BatchLoader.requireClasses(images, network.numClasses());
        }
    }

    @Override
    public TrainingGraph graph() {
        return TrainingGraph.ofDenoiser(network, loss);
    }

    @Override
    public Map<String, Tensor> batch(long step) {
        BatchLoader.Batch images = batches.batch(step);
        long[] shape = images.x().shape();
        Map<String, Tensor> batch = new LinkedHashMap<>();
        batch.put("x_start", images.x());
        draws.addTo(batch, step, shape);
        if (network.classConditional()) {
            batch.put("y", images.y());
        }
        if (network.dropout() > 0) {
            batch.put(
                    TrainingGraph.DROPOUT_KEYS,
                    DropoutKeys.draw(seed, step * shape[0], (int) shape[0], new AdmUNet(network).dropoutLayers()));
        }
        return batch;
    }

    @Override
    public List<String> figureNames() {
        return hybrid() ? List.of("loss", "mse", "vb") : List.of("loss");
    }

    @Override
    public double[] figures(Map<String, Tensor> batch, Map<String, Tensor> outputs) {
        return hybrid()
                ? new double[] {mean(outputs.get("losses")), mean(outputs.get("mse")), mean(outputs.get("vb"))}
                : new double[] {mean(outputs.get("losses"))};
    }

    private boolean hybrid() {
        return loss.hybrid();
    }

    private static double mean(Tensor values) {
        double sum = 0;
        for (float v : values.toFloatArray()) {
            sum += v;
        }
        return sum / values.size();
    }
}
