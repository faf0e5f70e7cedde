package io.adm4j.harness.bench;

import io.adm4j.bundle.OnnxDenoiserGradient;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.DenoiserVjpGraph;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One evaluation of the denoiser with its vector-Jacobian product, as in each step of DPS. */
final class DenoiserProduct implements Workload {
    private final OnnxDenoiserGradient network;
    private final Tensor x;
    private final Tensor timesteps;
    private final @Nullable Tensor labels;
    private final Tensor v;

    DenoiserProduct(BenchSettings settings, Path scratch) {
        UNetConfig config = settings.denoiser();
        RandomBatch batch = new RandomBatch(settings.batchSize());
        x = batch.images(config.inChannels(), config.imageSize());
        v = batch.images(config.outChannels(), config.imageSize());
        timesteps = batch.constant(Math.floorDiv(settings.diffusion().diffusionSteps(), 2));
        labels = config.classConditional() ? batch.whole(config.numClasses()) : null;
        Path model = scratch.resolve("denoiser-vjp.onnx");
        DenoiserVjpGraph graph = DenoiserVjpGraph.of(config);
        graph.withWeights(InitialWeights.of(graph.parameters(), 0)).write(model);
        network = OnnxDenoiserGradient.open(model, settings.device(), settings.threads());
    }

    @Override
    public String name() {
        return "denoiser vjp";
    }

    @Override
    public void run() {
        network.vjp(x, timesteps, labels, v);
    }

    @Override
    public void close() {
        network.close();
    }
}
