package io.adm4j.restoration;

import io.adm4j.diffusion.ClassifierPull;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.NoiseSource;
import io.adm4j.diffusion.ReverseRun;
import io.adm4j.diffusion.Sampler;
import io.adm4j.feedback.Count;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * DDNM (Wang, Yu and Zhang, 2023): at each step the part of the predicted x_0 that was measured is replaced by the measurement, x_0 -
 * A&#8314;(A x_0 - y), and DDIM goes on from there; with noise in the measurement (DDNM+, sections 3.3 and appendix I) only as far as the
 * noise allows.
 *
 * @param process the whole process
 * @param steps evaluations without time travel; a divisor of the number of timesteps
 * @param sigmaY standard deviation of the noise in the measurement, in the range [-1, 1] of images; 0 for none
 * @param eta share of fresh noise in each step, 0 to 1; published with 0.85
 */
public record NullSpaceRestoration(GaussianDiffusion process, int steps, double sigmaY, double eta, TimeTravel travel) {
    /** The share of fresh noise of the published code. */
    public static final double STANDARD_ETA = 0.85;

    /** @throws IllegalArgumentException if a number is out of its range */
    public NullSpaceRestoration {
        DiffusionConfig config = process.config();
        if (process.numTimesteps() != config.diffusionSteps() || config.predictXstart()) {
            throw new IllegalArgumentException(
                    "Images are restored over the whole process, by networks that predict noise.");
        }
        if (steps < 1 || config.diffusionSteps() % steps != 0) {
            throw new IllegalArgumentException("The steps must divide the "
                    + Count.of(config.diffusionSteps(), "timestep") + " of the process, which " + steps + " does not.");
        }
        if (!(sigmaY >= 0 && sigmaY < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("Sigma of the measurement is at least 0, not " + sigmaY + ".");
        }
        if (!(eta >= 0 && eta <= 1)) {
            throw new IllegalArgumentException("Eta is from 0 to 1, not " + eta + ".");
        }
    }

    /** Evaluations of the networks in one restoration, with those of steps that are taken again. */
    public int evaluations() {
        return (int) travel.evaluations(steps);
    }

    /**
     * The restoration of images as a sampler, whose run evaluates the networks once a step and ends with the results. It draws its noise
     * by the number of the draw, from 0 on, and remembers nothing.
     *
     * @param degradation what happened to the images
     * @param measured what it gave of each image of a run; not modified
     * @throws IllegalArgumentException if the degradation is not decomposed
     */
    public Sampler sampler(Degradation degradation, Tensor measured) {
        if (degradation instanceof DecomposedDegradation decomposed) {
            return new NullSpaceSampler(decomposed, measured);
        }
        throw new IllegalArgumentException("DDNM needs the singular value decomposition of a degradation.");
    }

    private final class NullSpaceSampler implements Sampler {
        private final DecomposedDegradation degradation;
        private final Tensor measured;
        private final List<TimeTravel.Evaluation> evaluations = travel.sequence(steps);

        NullSpaceSampler(DecomposedDegradation degradation, Tensor measured) {
            this.degradation = degradation;
            this.measured = measured;
        }

        @Override
        public GaussianDiffusion diffusion() {
            return process;
        }

        @Override
        public ReverseRun resume(int step, Tensor x, List<Tensor> memory, NoiseSource noise) {
            double[] timesteps = new double[evaluations.size()];
            for (int i = 0; i < timesteps.length; i++) {
                timesteps[timesteps.length - 1 - i] =
                        timestep(evaluations.get(i).step());
            }
            NullSpaceUpdate update = new NullSpaceUpdate(evaluations, degradation, measured, noise, x.shape());
            return ReverseRun.of(process, timesteps, update, step, x, memory, noise);
        }
    }

    private int timestep(int step) {
        return step * (process.numTimesteps() / steps);
    }

    private final class NullSpaceUpdate implements ReverseRun.Update {
        private final List<TimeTravel.Evaluation> evaluations;
        private final DecomposedDegradation degradation;
        private final Tensor measured;
        private final NoiseSource noise;
        private final double[] alphasCumprod = process.alphasCumprod();
        private final Tensor eps;
        private final Tensor random;

        NullSpaceUpdate(
                List<TimeTravel.Evaluation> evaluations,
                DecomposedDegradation degradation,
                Tensor measured,
                NoiseSource noise,
                long[] shape) {
            this.evaluations = evaluations;
            this.degradation = degradation;
            this.measured = measured;
            this.noise = noise;
            this.eps = Tensor.zeros(ElementType.FLOAT32, shape);
            this.random = Tensor.zeros(ElementType.FLOAT32, shape);
        }

        /** It draws its noise itself: steps that are undone take more than one. */
        @Override
        public boolean addsNoise(int index) {
            return false;
        }

        @Override
        public void advance(
                int index,
                Tensor output,
                Tensor x,
                @Nullable ClassifierPull pull,
                @Nullable Tensor none,
                Tensor x0,
                Tensor next) {
            TimeTravel.Evaluation evaluation = evaluations.get(evaluations.size() - 1 - index);
            double bar = bar(evaluation.step());
            predictNoise(output, pull, bar);
            FloatBuffer noisy = x.floats();
            FloatBuffer noises = eps.floats();
            FloatBuffer clean = x0.floats();
            double signal = Math.sqrt(bar);
            double sigma = Math.sqrt(1 - bar);
            for (int i = 0; i < clean.capacity(); i++) {
                clean.put(i, (float) ((noisy.get(i) - sigma * noises.get(i)) / signal));
            }
            double following = bar(evaluation.following());
            Tensor contradiction = contradiction(x0);
            noise.fill(evaluation.draw(), random);
            if (sigmaY == 0) {
                advance(x0, contradiction, following, next);
            } else {
                advanceNoisy(x0, contradiction, following, next);
            }
            for (int i = 0; i < evaluation.undone().size(); i++) {
                noise.fill(evaluation.draw() + 1 + i, random);
                undo(x0, bar(evaluation.undone().get(i)), next);
            }
        }

        /** &alpha;&#773; of a step; 1 of the image. */
        private double bar(int step) {
            return step < 0 ? 1 : alphasCumprod[timestep(step)];
        }

        /** The network's noise, which the classifier may move. */
        private void predictNoise(Tensor output, @Nullable ClassifierPull pull, double bar) {
            FloatBuffer from = output.floats();
            FloatBuffer to = eps.floats();
            int images = (int) eps.dim(0);
            int length = to.capacity() / images;
            int stride = from.capacity() / images;
            double ofGradient = pull == null ? 0 : Math.sqrt(1 - bar) * pull.scale();
            FloatBuffer gradient = pull == null ? null : pull.gradient().floats();
            for (int n = 0; n < images; n++) {
                for (int i = 0; i < length; i++) {
                    double value = from.get(n * stride + i);
                    to.put(n * length + i, (float)
                            (gradient == null ? value : value - ofGradient * gradient.get(n * length + i)));
                }
            }
        }

        /** What of x_0 contradicts the measurement, A&#8314;(A x_0 - y). */
        private Tensor contradiction(Tensor x0) {
            Tensor difference = degradation.measure(x0);
            FloatBuffer values = difference.floats();
            FloatBuffer wanted = measured.floats();
            for (int i = 0; i < values.capacity(); i++) {
                values.put(i, values.get(i) - wanted.get(i));
            }
            return degradation.pseudoInverse(difference);
        }

        private void advance(Tensor x0, Tensor contradiction, double following, Tensor next) {
            double ofX0 = Math.sqrt(following);
            double ofNoise = Math.sqrt(1 - following) * eta;
            double ofEps = Math.sqrt(1 - following) * Math.sqrt(1 - eta * eta);
            FloatBuffer clean = x0.floats();
            FloatBuffer wrong = contradiction.floats();
            FloatBuffer fresh = random.floats();
            FloatBuffer noises = eps.floats();
            FloatBuffer result = next.floats();
            for (int i = 0; i < result.capacity(); i++) {
                result.put(i, (float)
                        (ofX0 * (clean.get(i) - wrong.get(i)) + ofNoise * fresh.get(i) + ofEps * noises.get(i)));
            }
        }

        /** As far as the noise of the measurement, scaled to this step, leaves room. */
        private void advanceNoisy(Tensor x0, Tensor contradiction, double following, Tensor next) {
            double a = Math.sqrt(following);
            double sigma = Math.sqrt(1 - following);
            double kept = Math.sqrt(1 - eta * eta);
            DoubleUnaryOperator inverse = singular -> singular == 0 ? 0 : 1 / singular;
            degradation.scale(
                    contradiction,
                    singular -> sigma < a * sigmaY * inverse.applyAsDouble(singular)
                            ? singular * sigma * kept / (a * sigmaY)
                            : 1);
            degradation.compose(random, singular -> {
                double limit = a * sigmaY * inverse.applyAsDouble(singular);
                return singular == 0 || sigma <= limit ? sigma * eta : Math.sqrt(sigma * sigma - limit * limit);
            });
            degradation.compose(eps, singular -> singular == 0 ? sigma * kept : 0);
            FloatBuffer clean = x0.floats();
            FloatBuffer wrong = contradiction.floats();
            FloatBuffer fresh = random.floats();
            FloatBuffer noises = eps.floats();
            FloatBuffer result = next.floats();
            for (int i = 0; i < result.capacity(); i++) {
                result.put(i, (float) (a * (clean.get(i) - wrong.get(i)) + fresh.get(i) + noises.get(i)));
            }
        }

        /** Goes back to a step to take it again: noise is added to the prediction. */
        private void undo(Tensor x0, double bar, Tensor next) {
            double ofX0 = Math.sqrt(bar);
            double ofNoise = Math.sqrt(1 - bar);
            FloatBuffer clean = x0.floats();
            FloatBuffer fresh = random.floats();
            FloatBuffer result = next.floats();
            for (int i = 0; i < result.capacity(); i++) {
                result.put(i, (float) (ofX0 * clean.get(i) + ofNoise * fresh.get(i)));
            }
        }
    }
}
