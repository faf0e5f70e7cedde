package io.adm4j.restoration;

import io.adm4j.diffusion.Denoiser;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Guidance;
import io.adm4j.diffusion.NoiseSource;
import io.adm4j.diffusion.StepState;
import io.adm4j.feedback.Count;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
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
        List<Integer> order = travel.order(steps);
        int falls = 0;
        for (int i = 1; i < order.size(); i++) {
            falls += order.get(i) < order.get(i - 1) ? 1 : 0;
        }
        return falls;
    }

    /**
     * One restoration, an evaluation of the networks for each call of {@code next}; the last state's {@code next} is the result.
     *
     * @param degradation what happened to the images
     * @param measured what it gave; not modified
     * @param start noise to begin with, float32 {@code [N, C, H, W]}; not modified
     * @param labels int64 {@code [N]}, or null where no network needs them
     * @param noise asked with the number of the draw, from 0 on
     */
    public Iterator<StepState> restore(
            Denoiser denoiser,
            Guidance guidance,
            Degradation degradation,
            Tensor measured,
            Tensor start,
            @Nullable Tensor labels,
            NoiseSource noise) {
        return new Run(denoiser, guidance, degradation, measured, start, labels, noise);
    }

    private final class Run implements Iterator<StepState> {
        private final Denoiser denoiser;
        private final Guidance guidance;
        private final Degradation degradation;
        private final Tensor measured;
        private final @Nullable Tensor labels;
        private final NoiseSource noise;
        private final List<Integer> order = travel.order(steps);
        private final double[] alphasCumprod = process.alphasCumprod();
        private final Tensor timesteps;
        private final Tensor x0;
        private final Tensor random;
        private final int evaluations;
        private Tensor x;
        private Tensor next;
        private int place;
        private int taken;
        private int draws;

        Run(
                Denoiser denoiser,
                Guidance guidance,
                Degradation degradation,
                Tensor measured,
                Tensor start,
                @Nullable Tensor labels,
                NoiseSource noise) {
            this.denoiser = denoiser;
            this.guidance = guidance;
            this.degradation = degradation;
            this.measured = measured;
            this.labels = labels;
            this.noise = noise;
            this.timesteps = Tensor.zeros(ElementType.FLOAT32, start.dim(0));
            this.x0 = Tensor.zeros(ElementType.FLOAT32, start.shape());
            this.random = Tensor.zeros(ElementType.FLOAT32, start.shape());
            this.x = start.copy();
            this.next = Tensor.zeros(ElementType.FLOAT32, start.shape());
            this.evaluations = evaluations();
        }

        @Override
        public boolean hasNext() {
            return taken < evaluations;
        }

        @Override
        public StepState next() {
            if (!hasNext()) {
                throw new NoSuchElementException("The restoration has ended.");
            }
            int timestep = timestep(order.get(place));
            double bar = alphasCumprod[timestep];
            timesteps.fill(process.networkTimestep(timestep));
            Tensor output = denoiser.predict(x, timesteps, labels);
            Tensor eps = predictedNoise(output, guidance.gradient(timestep, x, timesteps, labels), bar);
            FloatBuffer noisy = x.floats();
            FloatBuffer noises = eps.floats();
            FloatBuffer clean = x0.floats();
            double signal = Math.sqrt(bar);
            double sigma = Math.sqrt(1 - bar);
            for (int i = 0; i < clean.capacity(); i++) {
                clean.put(i, (float) ((noisy.get(i) - sigma * noises.get(i)) / signal));
            }
            place++;
            double following = order.get(place) < 0 ? 1 : alphasCumprod[timestep(order.get(place))];
            Tensor contradiction = contradiction();
            noise.fill(draws++, random);
            if (sigmaY == 0) {
                advance(contradiction, eps, following);
            } else {
                advanceNoisy(contradiction, eps, following);
            }
            undo();
            StepState state = new StepState(taken, evaluations, evaluations - 1 - taken, timestep, x, x0, next);
            taken++;
            Tensor spare = x;
            x = next;
            next = spare;
            return state;
        }

        private int timestep(int step) {
            return step * (process.numTimesteps() / steps);
        }

        /** The network's noise, which the classifier may move. */
        private Tensor predictedNoise(Tensor output, @Nullable Tensor gradient, double bar) {
            Tensor eps = Tensor.zeros(ElementType.FLOAT32, x.shape());
            FloatBuffer from = output.floats();
            FloatBuffer to = eps.floats();
            int images = (int) x.dim(0);
            int length = to.capacity() / images;
            int stride = from.capacity() / images;
            double ofGradient = gradient == null
                    ? 0
                    : Math.sqrt(1 - bar) * guidance.settings().scale();
            FloatBuffer pull = gradient == null ? null : gradient.floats();
            for (int n = 0; n < images; n++) {
                for (int i = 0; i < length; i++) {
                    double value = from.get(n * stride + i);
                    to.put(n * length + i, (float)
                            (pull == null ? value : value - ofGradient * pull.get(n * length + i)));
                }
            }
            return eps;
        }

        /** What of x_0 contradicts the measurement, A&#8314;(A x_0 - y). */
        private Tensor contradiction() {
            Tensor difference = degradation.measure(x0);
            FloatBuffer values = difference.floats();
            FloatBuffer wanted = measured.floats();
            for (int i = 0; i < values.capacity(); i++) {
                values.put(i, values.get(i) - wanted.get(i));
            }
            return degradation.pseudoInverse(difference);
        }

        private void advance(Tensor contradiction, Tensor eps, double following) {
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
        private void advanceNoisy(Tensor contradiction, Tensor eps, double following) {
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

        /** Goes back over steps to take again: noise is added to the prediction. */
        private void undo() {
            while (place + 1 < order.size() && order.get(place + 1) > order.get(place)) {
                place++;
                double bar = alphasCumprod[timestep(order.get(place))];
                noise.fill(draws++, random);
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
}
