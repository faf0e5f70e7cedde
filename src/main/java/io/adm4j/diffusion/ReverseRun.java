package io.adm4j.diffusion;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * One run of a sampler. It says where the networks are to be evaluated next and takes what they give; it runs none itself, so
 * that evaluations of different runs can share a batch.
 *
 * <p>For one thread at a time. Its buffers are allocated once.
 */
public final class ReverseRun {
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
    private final NoiseSource noiseSource;
    private final Tensor x0;
    private @Nullable Tensor noise;
    private Tensor x;
    private Tensor next;
    private int index;

    /**
     * A run from some step on.
     *
     * @param step steps that are done already
     * @param x what they led to, x_T at step 0; copied
     */
    ReverseRun(GaussianDiffusion diffusion, boolean clip, Update update, int step, Tensor x, NoiseSource noiseSource) {
        if (x.rank() < 2 || x.type() != ElementType.FLOAT32) {
            throw new IllegalArgumentException("Initial noise is float32 [N, C, H, W], not " + x + ".");
        }
        this.timestepMap = diffusion.timestepMap();
        if (step < 0 || step > timestepMap.length) {
            throw new IllegalArgumentException(
                    "A run of " + timestepMap.length + " steps cannot go on after step " + step + ".");
        }
        this.diffusion = diffusion;
        this.clip = clip;
        this.update = update;
        this.noiseSource = noiseSource;
        this.x0 = Tensor.zeros(ElementType.FLOAT32, x.shape());
        this.x = Tensor.zeros(ElementType.FLOAT32, x.shape());
        this.next = Tensor.zeros(ElementType.FLOAT32, x.shape());
        this.x.floats().put(x.floats());
        this.index = timestepMap.length - 1 - step;
    }

    /** Whether there is a step left to take. */
    public boolean hasNext() {
        return index >= 0;
    }

    /** Steps taken so far, from 0. */
    public int step() {
        return timestepMap.length - 1 - index;
    }

    /** Steps of the whole run. */
    public int steps() {
        return timestepMap.length;
    }

    /** Where the networks are to be evaluated for the next step: x_t, float32 {@code [N, C, H, W]}; write nothing into it. */
    public Tensor x() {
        return x;
    }

    /**
     * The timestep at which they are to be evaluated, as they take it.
     *
     * @throws NoSuchElementException after the last step
     */
    public float timestep() {
        requireNext();
        return diffusion.networkTimestep(index);
    }

    /**
     * Takes the next step.
     *
     * @param output of the denoiser at {@link #x} and {@link #timestep}; not modified and not kept
     * @param gradient of the classifier there, or null without guidance; not modified and not kept
     * @param scale factor of the gradient
     * @throws NonFiniteOutputException if a network gave NaN or infinity
     * @throws NoSuchElementException after the last step
     */
    public StepState advance(Tensor output, @Nullable Tensor gradient, double scale) {
        requireNext();
        int step = step();
        requireFinite("The denoiser", output, step);
        diffusion.predictX0(output, x, index, clip, x0);
        if (gradient != null) {
            requireFinite("The classifier's gradient", gradient, step);
        }
        update.advance(index, output, x, x0, gradient, scale, stepNoise(step), next);
        StepState state = new StepState(step, timestepMap.length, index, timestepMap[index], x, x0, next);
        Tensor spare = x;
        x = next;
        next = spare;
        index--;
        return state;
    }

    private void requireNext() {
        if (index < 0) {
            throw new NoSuchElementException("The run has ended.");
        }
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
}
