package io.adm4j.diffusion;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run of a sampler. It says where the networks are to be evaluated next and takes what they give; it runs none itself, so
 * that evaluations of different runs can share a batch.
 *
 * <p>For one thread at a time. Its buffers are allocated once.
 */
public final class ReverseRun {
    /** The update of a sampler: how the next state follows from the networks' outputs. Indices count the steps left, down to 0. */
    public interface Update {
        /** Whether the step at this index adds noise. */
        boolean addsNoise(int index);

        /**
         * Takes one step.
         *
         * @param pull null without guidance
         * @param noise null where {@link #addsNoise} says no
         * @param x0 overwritten with the prediction of x_0
         * @param next overwritten
         */
        void advance(
                int index,
                Tensor output,
                Tensor x,
                @Nullable ClassifierPull pull,
                @Nullable Tensor noise,
                Tensor x0,
                Tensor next);

        /** What the update keeps from earlier steps; not copied. */
        default List<Tensor> memory() {
            return List.of();
        }
    }

    /**
     * Moves what each step led to by the gradient of a function of the prediction of x_0. The gradient goes through the denoiser, so a
     * run with a correction needs a product with the denoiser's Jacobian at each step.
     */
    public interface Correction {
        /**
         * The function's gradient by the denoiser's output, at a given x.
         *
         * @param output float32; not modified
         * @param x float32 {@code [N, C, H, W]}; not modified
         * @return float32 of the shape of the output
         */
        Tensor byOutput(int index, Tensor output, Tensor x);

        /**
         * Moves the next state.
         *
         * @param product of the gradient that {@link #byOutput} gave last with the Jacobian of the output by x; float32 of the shape of x
         * @param next overwritten
         */
        void correct(Tensor product, Tensor next);
    }

    private final GaussianDiffusion diffusion;
    private final double[] timesteps;
    private final Update update;
    private final NoiseSource noiseSource;
    private final @Nullable Correction correction;
    private final Tensor x0;
    private @Nullable Tensor noise;
    private Tensor x;
    private Tensor next;
    private int index;

    /**
     * A run from some step on.
     *
     * @param timesteps of the whole process at which the networks are evaluated, the last step's first
     * @param step steps that are done already
     * @param x what they led to, x_T at step 0; copied
     */
    private ReverseRun(
            GaussianDiffusion diffusion,
            double[] timesteps,
            Update update,
            int step,
            Tensor x,
            NoiseSource noiseSource,
            @Nullable Correction correction) {
        if (x.rank() < 2 || x.type() != ElementType.FLOAT32) {
            throw new IllegalArgumentException("Initial noise is float32 [N, C, H, W], not " + x + ".");
        }
        if (step < 0 || step > timesteps.length) {
            throw new IllegalArgumentException(
                    "A run of " + timesteps.length + " steps cannot go on after step " + step + ".");
        }
        this.timesteps = timesteps;
        this.diffusion = diffusion;
        this.update = update;
        this.noiseSource = noiseSource;
        this.correction = correction;
        this.x0 = Tensor.zeros(ElementType.FLOAT32, x.shape());
        this.x = x.copy();
        this.next = Tensor.zeros(ElementType.FLOAT32, x.shape());
        this.index = timesteps.length - 1 - step;
    }

    /**
     * A run over the kept timesteps, from the most noise to the least, whose updates remember nothing.
     *
     * @param memory must be empty
     */
    static ReverseRun ofTimesteps(
            GaussianDiffusion diffusion, Update update, int step, Tensor x, List<Tensor> memory, NoiseSource noise) {
        double[] timesteps =
                Arrays.stream(diffusion.timestepMap()).asDoubleStream().toArray();
        return of(diffusion, timesteps, update, step, x, memory, noise);
    }

    /**
     * A run over given timesteps, the last step's first, whose updates remember nothing.
     *
     * @param memory must be empty
     */
    public static ReverseRun of(
            GaussianDiffusion diffusion,
            double[] timesteps,
            Update update,
            int step,
            Tensor x,
            List<Tensor> memory,
            NoiseSource noise) {
        if (!memory.isEmpty()) {
            throw new IllegalArgumentException("This sampler remembers nothing between its steps.");
        }
        return new ReverseRun(diffusion, timesteps, update, step, x, noise, null);
    }

    /** A run over times of the whole process. */
    static ReverseRun ofSolver(
            GaussianDiffusion diffusion,
            List<SolverStep> steps,
            SolverUpdate update,
            int step,
            Tensor x,
            NoiseSource noise) {
        double[] timesteps = new double[steps.size()];
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = steps.get(timesteps.length - 1 - i).timestep();
        }
        return new ReverseRun(diffusion, timesteps, update, step, x, noise, null);
    }

    /** The same run from here on, with a correction of its steps. */
    public ReverseRun correctedBy(Correction added) {
        return new ReverseRun(diffusion, timesteps, update, step(), x, noiseSource, added);
    }

    /** Whether there is a step left to take. */
    public boolean hasNext() {
        return index >= 0;
    }

    /** Steps taken so far, from 0. */
    public int step() {
        return timesteps.length - 1 - index;
    }

    /** Steps of the whole run. */
    public int steps() {
        return timesteps.length;
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
        return diffusion.networkTimestep(trainedTimestep());
    }

    /**
     * The same timestep as a number of the whole process, from 0; solvers also use what is between two.
     *
     * @throws NoSuchElementException after the last step
     */
    public double trainedTimestep() {
        requireNext();
        return timesteps[index];
    }

    /**
     * What the sampler keeps from earlier steps, which {@link Sampler#resume} needs to continue: float32 tensors of the
     * shape of x, none for most samplers. Write nothing into them.
     */
    public List<Tensor> memory() {
        return update.memory();
    }

    /**
     * What the denoiser's Jacobian is to be multiplied with for the next step, from the left: float32 of the shape of the output; null for
     * runs that need no such product.
     *
     * @param output of the denoiser at {@link #x} and {@link #timestep}; not modified and not kept
     * @throws NonFiniteOutputException if the denoiser gave NaN or infinity
     * @throws NoSuchElementException after the last step
     */
    public @Nullable Tensor cotangent(Tensor output) {
        requireNext();
        if (correction == null) {
            return null;
        }
        diffusion.requireOutput(output, x);
        requireFinite("The denoiser", output, step());
        return correction.byOutput(index, output, x);
    }

    /** As {@link #advance(Tensor, Tensor, Tensor, GuidanceSettings)}, for runs without a correction. */
    public StepState advance(Tensor output, @Nullable Tensor gradient, GuidanceSettings guidance) {
        return advance(output, gradient, null, guidance);
    }

    /**
     * Takes the next step.
     *
     * @param output of the denoiser at {@link #x} and {@link #timestep}; not modified and not kept
     * @param gradient of the classifier there, or null without guidance; not modified and not kept
     * @param product of {@link #cotangent} with the denoiser's Jacobian, where that was not null; not modified and not kept
     * @param guidance what the gradient does
     * @throws NonFiniteOutputException if a network gave NaN or infinity
     * @throws NoSuchElementException after the last step
     */
    public StepState advance(
            Tensor output, @Nullable Tensor gradient, @Nullable Tensor product, GuidanceSettings guidance) {
        requireNext();
        int step = step();
        diffusion.requireOutput(output, x);
        requireFinite("The denoiser", output, step);
        if (gradient != null) {
            requireFinite("The classifier's gradient", gradient, step);
        }
        ClassifierPull pull = gradient == null ? null : new ClassifierPull(gradient, guidance);
        update.advance(index, output, x, pull, stepNoise(step), x0, next);
        if (correction != null) {
            Tensor found = Objects.requireNonNull(product, "This run needs a product with the denoiser's Jacobian.");
            requireFinite("The gradient of the denoiser", found, step);
            correction.correct(found, next);
        }
        StepState state = new StepState(step, timesteps.length, index, (int) Math.round(timesteps[index]), x, x0, next);
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
            throw new NonFiniteOutputException(network, step + 1, timesteps.length, (int) Math.round(timesteps[index]));
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
