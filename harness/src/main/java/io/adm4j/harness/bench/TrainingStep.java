package io.adm4j.harness.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.loss.DiffusionLoss;
import io.adm4j.export.net.AdmUNet;
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

/** One whole training step of the denoiser: noising, forward, backward, AdamW and one moving average of the weights. */
final class TrainingStep implements Workload {
    private static final List<Double> EMA_RATES = List.of(0.9999);
    private static final double LEARNING_RATE = 1e-4;

    private final TrainingEngine engine;
    private final Map<String, Tensor> batch = new LinkedHashMap<>();

    TrainingStep(BenchSettings settings, Path scratch) {
        ObjectNode flags = settings.trainingFlags();
        UNetConfig config = UNetConfig.fromFlags(flags);
        DiffusionConfig diffusion = DiffusionConfig.fromJson(flags);
        GaussianDiffusion process = new GaussianDiffusion(diffusion);
        TrainingGraph graph = TrainingGraph.ofDenoiser(
                config, new DiffusionLoss(process, DiffusionLoss.typeOf(diffusion)), TrainingMode.fromFlags(flags));
        settings.engine().start(scratch, InitialWeights.of(graph.graph().parameters(), 0), EMA_RATES);
        fill(config, process.numTimesteps(), settings.batchSize());
        engine = settings.engine()
                .open(
                        graph,
                        scratch,
                        scratch,
                        new EngineSettings(AdamW.withWeightDecay(0), EMA_RATES, settings.device(), settings.threads()));
    }

    private void fill(UNetConfig config, int steps, int size) {
        RandomBatch random = new RandomBatch(size);
        batch.put("x_start", random.images(config.inChannels(), config.imageSize()));
        batch.put("noise", random.images(config.inChannels(), config.imageSize()));
        batch.put("t", random.whole(steps));
        if (config.classConditional()) {
            batch.put("y", random.whole(config.numClasses()));
        }
        if (config.dropout() > 0) {
            batch.put(TrainingGraph.DROPOUT_KEYS, DropoutKeys.of(0, 0, size, new AdmUNet(config).dropoutLayers()));
        }
        batch.put("loss_weight", random.constant(1));
    }

    @Override
    public String name() {
        return "training step";
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
