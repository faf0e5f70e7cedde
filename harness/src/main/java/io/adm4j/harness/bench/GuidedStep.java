package io.adm4j.harness.bench;

import io.adm4j.diffusion.DdimSampler;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Guidance;
import io.adm4j.diffusion.StepState;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.export.recipe.ClassifierGradientGraph;
import io.adm4j.runtime.BatchSession;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;

/** One DDIM step with classifier guidance: denoiser, classifier gradient and the update of the images. */
final class GuidedStep implements Workload {
    private final UntrainedDenoiser denoiser;
    private final BatchSession classifier;
    private final DdimSampler sampler;
    private final Tensor start;
    private final Tensor labels;
    private Iterator<StepState> steps = Collections.emptyIterator();

    GuidedStep(BenchSettings settings, Path scratch) {
        ClassifierConfig config = settings.classifier();
        RandomBatch batch = new RandomBatch(settings.batchSize());
        start = batch.images(config.inChannels(), config.imageSize());
        labels = batch.whole(config.numClasses());
        sampler = new DdimSampler(new GaussianDiffusion(settings.diffusion()), 0, true);
        Path model = scratch.resolve("classifier-gradient.onnx");
        ClassifierGradientGraph gradient = ClassifierGradientGraph.of(config);
        gradient.withWeights(InitialWeights.of(gradient.parameters(), 0)).write(model);
        classifier = BatchSession.open(model, settings.device(), settings.threads());
        denoiser = new UntrainedDenoiser(settings, scratch);
    }

    @Override
    public String name() {
        return "guided DDIM step";
    }

    @Override
    public void run() {
        if (!steps.hasNext()) {
            steps = sampler.steps(denoiser, new Guidance(this::gradient, 1), start, labels, (step, noise) -> {});
        }
        steps.next();
    }

    private Tensor gradient(Tensor x, Tensor timesteps, Tensor y) {
        return classifier.run(Map.of("x", x, "t", timesteps, "y", y)).get("grad");
    }

    @Override
    public void close() {
        denoiser.close();
        classifier.close();
    }
}
