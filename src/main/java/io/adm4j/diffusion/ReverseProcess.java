package io.adm4j.diffusion;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** A run with its networks: each step evaluates them for the whole batch. */
final class ReverseProcess implements Iterator<StepState> {
    private final ReverseRun run;
    private final Denoiser denoiser;
    private final Guidance guidance;
    private final @Nullable Tensor labels;
    private final Tensor timesteps;

    ReverseProcess(ReverseRun run, Denoiser denoiser, Guidance guidance, @Nullable Tensor labels) {
        Tensor start = run.x();
        if (labels != null && (labels.rank() != 1 || labels.dim(0) != start.dim(0))) {
            throw new IllegalArgumentException("Labels " + labels + " do not fit initial noise " + start + ".");
        }
        if (guidance.active() && labels == null) {
            throw new IllegalArgumentException("Classifier guidance needs a label for each image.");
        }
        this.run = run;
        this.denoiser = denoiser;
        this.guidance = guidance;
        this.labels = labels;
        this.timesteps = Tensor.zeros(ElementType.FLOAT32, start.dim(0));
    }

    @Override
    public boolean hasNext() {
        return run.hasNext();
    }

    @Override
    public StepState next() {
        timesteps.fill(run.timestep());
        Tensor output = denoiser.predict(run.x(), timesteps, labels);
        Tensor gradient = guidance.gradient(run.trainedTimestep(), run.x(), timesteps, labels);
        return run.advance(output, gradient, guidance.settings());
    }
}
