package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.loss.DiffusionLoss;
import io.adm4j.export.net.AdmUNet;
import io.adm4j.export.net.DropoutKeys;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.recipe.TrainingMode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.BackgroundCheck;
import io.adm4j.harness.data.Dataset;
import io.adm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Training of a denoiser or upsampler (Dhariwal and Nichol 2021, sections 2 and 3) with the loss and the sampling of timesteps that
 * the flags choose. Metrics: {@code loss} and, for the hybrid losses, {@code mse} and {@code vb}, weighted so that they
 * estimate the means under uniform timesteps.
 */
public final class DiffusionTask implements TrainingTask {
    private final UNetConfig network;
    private final TrainingMode mode;
    private final GaussianDiffusion diffusion;
    private final DiffusionLoss loss;
    private final BatchLoader batches;
    private final TrainingSettings settings;
    private final Optional<LossSecondMomentSampler> importance;

    /**
     * @param flags published flags of network and diffusion, and {@code schedule_sampler}
     * @throws UserError if the network is class-conditional and the images' labels do not fit it
     */
    public DiffusionTask(JsonNode flags, Dataset images, TrainingSettings settings) {
        this.network = UNetConfig.fromFlags(flags);
        this.mode = TrainingMode.ofDenoiser(flags);
        DiffusionConfig config = DiffusionConfig.fromJson(flags);
        this.diffusion = new GaussianDiffusion(config);
        this.loss = new DiffusionLoss(diffusion, DiffusionLoss.typeOf(config));
        this.batches = new BatchLoader(images, settings);
        this.settings = settings;
        this.importance =
                switch (ScheduleSampler.of(flags.path("schedule_sampler").asText(ScheduleSampler.UNIFORM.toString()))) {
                    case UNIFORM -> Optional.empty();
                    case LOSS_SECOND_MOMENT -> Optional.of(new LossSecondMomentSampler(diffusion.numTimesteps()));
                };
        if (network.classConditional() && !images.hasLabels()) {
            throw new UserError("A class-conditional network needs labels, and there are none in " + images
                    + ": give labeled images or --class-cond false.");
        }
        if (network.classConditional()) {
            batches.requireClasses(network.numClasses());
        }
    }

    @Override
    public TrainingGraph graph() {
        return TrainingGraph.ofDenoiser(network, loss, mode);
    }

    @Override
    public Map<String, Tensor> batch(long step) {
        BatchLoader.Batch loaded = batches.load(step);
        long[] shape = loaded.images().shape();
        TimestepsAndNoise sampled = TimestepsAndNoise.sample(settings.seed(), step, diffusion.numTimesteps(), shape);
        Map<String, Tensor> batch = new LinkedHashMap<>();
        batch.put("x_start", loaded.images());
        batch.put("t", sampled.t());
        batch.put("noise", sampled.noise());
        if (network.classConditional()) {
            batch.put("y", loaded.labels());
        }
        if (network.dropout() > 0) {
            batch.put(
                    TrainingGraph.DROPOUT_KEYS,
                    DropoutKeys.of(
                            settings.seed(),
                            settings.imagesBefore(step),
                            (int) shape[0],
                            new AdmUNet(network).dropoutLayers()));
        }
        return batch;
    }

    @Override
    public void prepare(long step, int from, Map<String, Tensor> microbatch) {
        importance.ifPresent(sampler -> {
            RandomGenerator random = StepRandom.TIMESTEPS.of(settings.seed(), step);
            int size = (int) microbatch.get("t").dim(0);
            LossSecondMomentSampler.Sampled sampled =
                    sampler.sample(random.doubles().skip(from).limit(size).toArray());
            microbatch.put("t", sampled.t());
            microbatch.put(TrainingGraph.LOSS_WEIGHT, sampled.weights());
        });
    }

    @Override
    public void observe(Map<String, Tensor> microbatch, Map<String, Tensor> outputs) {
        importance.ifPresent(sampler -> sampler.observe(
                microbatch.get("t").toLongArray(), outputs.get("losses").toFloatArray()));
    }

    @Override
    public void saveState(Path folder) {
        importance.ifPresent(sampler -> sampler.save(folder));
    }

    @Override
    public void loadState(Path folder) {
        importance
                // Without history the sampler was chosen on resume; that no file is lost the checkpoint's checksums
                // say.
                .filter(sampler -> Files.exists(folder.resolve(LossSecondMomentSampler.FILE)))
                .ifPresent(sampler -> sampler.load(folder));
    }

    @Override
    public BackgroundCheck checkImages() {
        return batches.checkInBackground();
    }

    @Override
    public List<String> metricNames() {
        return loss.hybrid() ? List.of("loss", "mse", "vb") : List.of("loss");
    }

    @Override
    public Map<String, String> imageLosses() {
        Map<String, String> outputs = new LinkedHashMap<>(Map.of("loss", "losses"));
        metricNames().stream().skip(1).forEach(term -> outputs.put(term, term));
        return outputs;
    }

    @Override
    public int numTimesteps() {
        return diffusion.numTimesteps();
    }

    @Override
    public double[] metrics(Map<String, Tensor> batch, Map<String, Tensor> outputs) {
        float[] weights = batch.get(TrainingGraph.LOSS_WEIGHT).toFloatArray();
        return terms().stream()
                .mapToDouble(term -> mean(outputs.get(term), weights))
                .toArray();
    }

    private List<String> terms() {
        return loss.hybrid() ? List.of("losses", "mse", "vb") : List.of("losses");
    }

    private static double mean(Tensor values, float[] weights) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += (double) values.floats().get(i) * weights[i];
        }
        return sum / weights.length;
    }
}
