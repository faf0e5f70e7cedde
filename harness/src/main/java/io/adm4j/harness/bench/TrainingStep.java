package io.adm4j.harness.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.loss.DiffusionLoss;
import io.adm4j.export.net.AdmUNet;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.DropoutKeys;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.recipe.TrainingMode;
import io.adm4j.export.training.AdamW;
import io.adm4j.harness.training.engine.EngineSettings;
import io.adm4j.harness.training.engine.TrainingEngine;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One whole training step of a network: noising, forward, backward, AdamW and one moving average of the weights. */
final class TrainingStep implements Workload {
    private static final List<Double> EMA_RATES = List.of(0.9999);
    private static final double LEARNING_RATE = 1e-4;

    private final String name;
    private final TrainingEngine engine;
    private final Map<String, Tensor> batch;

    private TrainingStep(
            String name, TrainingGraph graph, Map<String, Tensor> batch, BenchSettings settings, Path scratch) {
        this.name = name;
        this.batch = batch;
        settings.engine().start(scratch, InitialWeights.of(graph.graph().parameters(), 0), EMA_RATES);
        this.engine = settings.engine()
                .open(
                        graph,
                        scratch,
                        scratch,
                        new EngineSettings(AdamW.withWeightDecay(0), EMA_RATES, settings.device(), settings.threads()));
    }

    /** A step of the denoiser or upsampler. */
    static TrainingStep ofDenoiser(BenchSettings settings, Path scratch) {
        ObjectNode flags = settings.trainingFlags();
        UNetConfig config = UNetConfig.fromFlags(flags);
        GaussianDiffusion process = new GaussianDiffusion(DiffusionConfig.fromJson(flags));
        int size = settings.batchSize();
        Map<String, Tensor> batch = noised(config.inChannels(), config.imageSize(), process.numTimesteps(), size);
        if (config.classConditional()) {
            batch.put("y", new RandomBatch(size).whole(config.numClasses()));
        }
        if (config.dropout() > 0) {
            batch.put(TrainingGraph.DROPOUT_KEYS, DropoutKeys.of(0, 0, size, new AdmUNet(config).dropoutLayers()));
        }
        return new TrainingStep(
                config.superResolution() ? "upsampler training step" : "training step",
                TrainingGraph.ofDenoiser(config, loss(flags, process), TrainingMode.inFloat32(flags)),
                batch,
                settings,
                scratch);
    }

    /** A step of the noisy classifier, under the denoiser's process. */
    static TrainingStep ofClassifier(BenchSettings settings, Path scratch) {
        ObjectNode flags = settings.trainingFlags();
        ClassifierConfig config = settings.classifier();
        GaussianDiffusion process = new GaussianDiffusion(DiffusionConfig.fromJson(flags));
        Map<String, Tensor> batch =
                noised(config.inChannels(), config.imageSize(), process.numTimesteps(), settings.batchSize());
        batch.put("y", new RandomBatch(settings.batchSize()).whole(config.numClasses()));
        return new TrainingStep(
                "classifier training step",
                TrainingGraph.ofClassifier(
                        config, loss(flags, process), true, TrainingMode.inFloat32(settings.classifierFlags())),
                batch,
                settings,
                scratch);
    }

    private static DiffusionLoss loss(ObjectNode flags, GaussianDiffusion process) {
        return new DiffusionLoss(process, DiffusionLoss.typeOf(DiffusionConfig.fromJson(flags)));
    }

    private static Map<String, Tensor> noised(int channels, int imageSize, int steps, int size) {
        RandomBatch random = new RandomBatch(size);
        Map<String, Tensor> batch = new LinkedHashMap<>();
        batch.put("x_start", random.images(channels, imageSize));
        batch.put("noise", random.images(channels, imageSize));
        batch.put("t", random.whole(steps));
        batch.put(TrainingGraph.LOSS_WEIGHT, random.constant(1));
        return batch;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void run() {
        engine.accumulate(batch);
        engine.update(LEARNING_RATE);
    }

    @Override
    public void close() {
        engine.close();
    }
}
