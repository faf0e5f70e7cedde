package io.adm4j.harness.bench;

import io.adm4j.diffusion.Denoiser;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.NetworkGraph;
import io.adm4j.runtime.BatchSession;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A denoiser that has not been trained, as sampling runs it. */
final class UntrainedDenoiser implements Denoiser, AutoCloseable {
    private final BatchSession session;
    private final boolean takesLabels;
    private final Tensor lowRes;

    /** @param scratch folder that the graph is written to */
    UntrainedDenoiser(BenchSettings settings, Path scratch) {
        UNetConfig config = settings.denoiser();
        Path model = scratch.resolve("denoiser.onnx");
        NetworkGraph network = NetworkGraph.of(config, settings.precision());
        network.withWeights(InitialWeights.of(network.parameters(), 0)).write(model);
        this.session = BatchSession.open(model, settings.device(), settings.threads());
        this.takesLabels = config.classConditional();
        this.lowRes = config.superResolution()
                ? new RandomBatch(settings.batchSize()).images(config.inChannels(), config.smallSize())
                : null;
    }

    @Override
    public Tensor predict(Tensor x, Tensor timesteps, Tensor labels) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put("x", x);
        inputs.put("t", timesteps);
        if (takesLabels) {
            inputs.put("y", labels);
        }
        if (lowRes != null) {
            inputs.put("low_res", lowRes);
        }
        return session.run(inputs).get("out");
    }

    @Override
    public void close() {
        session.close();
    }
}
