package io.adm4j.harness.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.graph.Processor;
import io.adm4j.export.loss.DiffusionLoss;
import io.adm4j.export.net.AdmUNet;
import io.adm4j.export.net.DropoutKeys;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.training.AdamW;
import io.adm4j.export.training.TrainingArtifacts;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.TrainingSession;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One whole training step of the denoiser: noising, forward, backward, AdamW and one moving average of the weights. */
final class TrainingStep implements Workload {
    private static final List<Double> EMA_RATES = List.of(0.9999);
    private static final double LEARNING_RATE = 1e-4;

    private final TrainingSession session;
    private final Map<String, Tensor> batch = new LinkedHashMap<>();

    TrainingStep(BenchSettings settings, Path scratch) {
        ObjectNode flags = settings.trainingFlags();
        UNetConfig config = UNetConfig.fromFlags(flags);
        DiffusionConfig diffusion = DiffusionConfig.fromJson(flags);
        GaussianDiffusion process = new GaussianDiffusion(diffusion);
        TrainingGraph graph =
                TrainingGraph.ofDenoiser(config, new DiffusionLoss(process, DiffusionLoss.typeOf(diffusion)));
        Path checkpoint = scratch.resolve("start.ckpt");
        TrainingArtifacts.start(InitialWeights.of(graph.graph().parameters(), 0), EMA_RATES)
                .write(checkpoint);
        TrainingArtifacts.write(
                scratch,
                graph,
                AdamW.withWeightDecay(0),
                EMA_RATES,
                settings.device() == Device.CPU ? Processor.ofThisMachine() : Processor.ANY);
        fill(config, process.numTimesteps(), settings.batchSize());
        session = TrainingSession.open(
                checkpoint,
                scratch.resolve(TrainingArtifacts.TRAINING_MODEL),
                scratch.resolve(TrainingArtifacts.OPTIMIZER_MODEL),
                settings.device(),
                settings.threads());
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
        batch.put(TrainingArtifacts.EMA_SWITCH, Tensor.of(new float[] {1}));
    }

    @Override
    public String name() {
        return "training step";
    }

    @Override
    public void run() {
        session.accumulate(batch);
        session.update(LEARNING_RATE);
    }

    @Override
    public void close() {
        session.close();
    }
}
