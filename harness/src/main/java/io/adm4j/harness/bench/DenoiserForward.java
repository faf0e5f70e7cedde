package io.adm4j.harness.bench;

import io.adm4j.export.net.UNetConfig;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;

/** One evaluation of the denoiser. */
final class DenoiserForward implements Workload {
    private final UntrainedDenoiser denoiser;
    private final Tensor x;
    private final Tensor timesteps;
    private final Tensor labels;

    DenoiserForward(BenchSettings settings, Path scratch) {
        UNetConfig config = settings.denoiser();
        RandomBatch batch = new RandomBatch(settings.batchSize());
        x = batch.images(config.inChannels(), config.imageSize());
        timesteps = batch.constant(Math.floorDiv(settings.diffusion().diffusionSteps(), 2));
        labels = config.classConditional() ? batch.whole(config.numClasses()) : null;
        denoiser = new UntrainedDenoiser(settings, scratch);
    }

    @Override
    public String name() {
        return "denoiser forward";
    }

    @Override
    public void run() {
        denoiser.predict(x, timesteps, labels);
    }

    @Override
    public void close() {
        denoiser.close();
    }
}
