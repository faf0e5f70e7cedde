package io.adm4j.diffusion;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The loop that all samplers share; its buffers are allocated once. */
final class ReverseProcess implements Iterator<StepState> {
    /** The update of a sampler: how x_{t-1} follows from x_t and the networks' outputs. */
    interface Update {
        /** Whether the step at this index adds noise. */
        boolean addsNoise(int index);

        /**
         * Takes one step.
         *
         * @param x0 the prediction from the denoiser; an update that changes it writes the changed one here
         * @param gradient null without guidance
         * @param scale of the gradient
         * @param noise null where {@link #addsNoise} says no
         * @param next overwritten
         */
        void advance(
                int index,
                Tensor output,
                Tensor x,
                Tensor x0,
                @Nullable Tensor gradient,
                double scale,
                @Nullable Tensor noise,
                Tensor next);
    }

    private final GaussianDiffusion diffusion;
    private final int[] timestepMap;
    private final boolean clip;
    private final Update update;
    private final Denoiser denoiser;
    private final Guidance guidance;
    private final @Nullable Tensor labels;
    private final NoiseSource noiseSource;
    private final Tensor timesteps;
    private final Tensor x0;
    private @Nullable Tensor noise;
    private Tensor x;
    private Tensor next;
    private int index;

    ReverseProcess(
            GaussianDiffusion diffusion,
            boolean clip,
            Update update,
            Denoiser denoiser,
            Guidance guidance,
            Tensor start,
            @Nullable Tensor labels,
            NoiseSource noiseSource) {
        if (start.rank() < 2 || start.type() != ElementType.FLOAT32) {
            throw new IllegalArgumentException("Initial noise is float32 [N, C, H, W], not " + start + ".");
        }
        if (labels != null && (labels.rank() != 1 || labels.dim(0) != start.dim(0))) {
            throw new IllegalArgumentException("Labels " + labels + " do not fit initial noise " + start + ".");
        }
        if (guidance.active() && labels == null) {
            throw new IllegalArgumentException("Classifier guidance needs a label for each image.");
        }
        this.diffusion = diffusion;
        this.timestepMap = diffusion.timestepMap();
        this.clip = clip;
        this.update = update;
        this.denoiser = denoiser;
        this.guidance = guidance;
        this.labels = labels;
        this.noiseSource = noiseSource;
        this.timesteps = Tensor.zeros(ElementType.FLOAT32, start.dim(0));
        this.x0 = Tensor.zeros(ElementType.FLOAT32, start.shape());
        this.x = Tensor.zeros(ElementType.FLOAT32, start.shape());
        this.next = Tensor.zeros(ElementType.FLOAT32, start.shape());
        this.index = timestepMap.length;
        // The first step swaps the two.
        next.floats().put(start.floats());
    }

    @Override
    public boolean hasNext() {
        return index > 0;
    }

    @Override
    public StepState next() {
        if (index == 0) {
            throw new NoSuchElementException("The run has ended.");
        }
        index--;
        Tensor spare = x;
        x = next;
        next = spare;
        fillTimesteps(diffusion.networkTimestep(index));
        int step = timestepMap.length - 1 - index;
        Tensor output = denoiser.predict(x, timesteps, labels);
        requireFinite("The denoiser", output, step);
        diffusion.predictX0(output, x, index, clip, x0);
        Tensor gradient = guidance.gradient(x, timesteps, labels);
        if (gradient != null) {
            requireFinite("The classifier's gradient", gradient, step);
        }
        update.advance(index, output, x, x0, gradient, guidance.scale(), stepNoise(step), next);
        return new StepState(step, timestepMap.length, index, timestepMap[index], x, x0, next);
    }

    private void requireFinite(String network, Tensor output, int step) {
        if (output.firstNonFinite().isPresent()) {
            throw new NonFiniteOutputException(network, step + 1, timestepMap.length, timestepMap[index]);
        }
    }

    private @Nullable Tensor stepNoise(int step) {
        if (!update.addsNoise(index)) {
            return null;
        }
        if (noise == null) {
            noise = Tensor.zeros(ElementType.FLOAT32, x.shape());
        }
        noiseSource.fill(step, noise);
        return noise;
    }

    private void fillTimesteps(float timestep) {
        FloatBuffer values = timesteps.floats();
        while (values.hasRemaining()) {
            values.put(timestep);
        }
    }
}
