package io.adm4j.restoration;

import io.adm4j.diffusion.DdpmSampler;
import io.adm4j.diffusion.Denoiser;
import io.adm4j.diffusion.DenoiserGradient;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.GuidanceSettings;
import io.adm4j.diffusion.NoiseSource;
import io.adm4j.diffusion.ReverseRun;
import io.adm4j.diffusion.Sampler;
import io.adm4j.diffusion.StepState;
import io.adm4j.diffusion.Thresholding;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * DPS (Chung et al.: "Diffusion Posterior Sampling for General Noisy Inverse Problems", 2023, algorithm 1): after each ancestral step the
 * state moves against the gradient, by x_t, of the norm |y - A x_0(x_t)| that the predicted x_0 leaves of the measurement.
 *
 * @param process with the timesteps that are kept; its networks predict noise
 * @param scale factor of the gradient of the norm, at least 0
 * @param thresholding of predictions of x_0; the published code clips them
 */
public record PosteriorRestoration(GaussianDiffusion process, double scale, Thresholding thresholding) {
    /** @throws IllegalArgumentException if the scale is out of its range, or networks predict x_0 */
    public PosteriorRestoration {
        if (!(scale >= 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("The scale of the measurement is at least 0, not " + scale + ".");
        }
        if (process.config().predictXstart() || thresholding.kind() == Thresholding.Kind.DYNAMIC) {
            throw new IllegalArgumentException(
                    "Posterior sampling takes networks that predict noise, and static thresholding or none.");
        }
    }

    /**
     * What a step did.
     *
     * @param state of the ancestral step; its {@code next} is corrected already
     * @param norms of what the predicted x_0 left of each image's measurement
     * @param gradient of the norms by x_t, float32 {@code [N, C, H, W]}
     */
    public record Step(StepState state, double[] norms, Tensor gradient) {}

    /**
     * One restoration, a step for each call of {@code next}: an evaluation of the denoiser and one of its gradient.
     *
     * @param degradation what happened to the images
     * @param measured what it gave; not modified
     * @param step steps that are done already, 0 for a new restoration
     * @param x what they led to, noise at step 0, float32 {@code [N, C, H, W]}; not modified
     * @param labels int64 {@code [N]}, or null where no network needs them
     */
    public Iterator<Step> restore(
            Denoiser denoiser,
            DenoiserGradient jacobian,
            Degradation degradation,
            Tensor measured,
            int step,
            Tensor x,
            @Nullable Tensor labels,
            NoiseSource noise) {
        NormCorrection correction = new NormCorrection(degradation, measured);
        ReverseRun run = corrected(correction, step, x, noise);
        Tensor timesteps = Tensor.zeros(ElementType.FLOAT32, x.dim(0));
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return run.hasNext();
            }

            @Override
            public Step next() {
                timesteps.fill(run.timestep());
                Tensor output = denoiser.predict(run.x(), timesteps, labels);
                Tensor v = Objects.requireNonNull(run.cotangent(output));
                Tensor product = jacobian.vjp(run.x(), timesteps, labels, v);
                StepState state = run.advance(output, null, product, GuidanceSettings.NONE);
                return new Step(state, correction.norms, correction.gradient);
            }
        };
    }

    /**
     * The restoration of images as a sampler. Its runs need a product with the denoiser's Jacobian at each step.
     *
     * @param degradation what happened to the images
     * @param measured what it gave of each image of a run; not modified
     */
    public Sampler sampler(Degradation degradation, Tensor measured) {
        return new Sampler() {
            @Override
            public GaussianDiffusion diffusion() {
                return process;
            }

            @Override
            public ReverseRun resume(int step, Tensor x, List<Tensor> memory, NoiseSource noise) {
                return corrected(new NormCorrection(degradation, measured), step, x, noise);
            }
        };
    }

    private ReverseRun corrected(NormCorrection correction, int step, Tensor x, NoiseSource noise) {
        return new DdpmSampler(process, thresholding)
                .resume(step, x, List.of(), noise)
                .correctedBy(correction);
    }

    /** The norm and how it depends on x_t: directly, and through the network's output. */
    private final class NormCorrection implements ReverseRun.Correction {
        private final Degradation degradation;
        private final Tensor measured;
        private double[] norms = {};

        /** Gradient of the norms by x_t: at a given output, until the part through the network is added. */
        private Tensor gradient = Tensor.zeros(ElementType.FLOAT32, 0);

        NormCorrection(Degradation degradation, Tensor measured) {
            this.degradation = degradation;
            this.measured = measured;
        }

        /** 0 for the channels of the variance. */
        @Override
        public Tensor byOutput(int index, Tensor output, Tensor x) {
            Tensor free = Tensor.zeros(ElementType.FLOAT32, x.shape());
            process.predictX0(output, x, index, false, free);
            Tensor x0 = Tensor.zeros(ElementType.FLOAT32, x.shape());
            process.predictX0(output, x, index, thresholding.kind() == Thresholding.Kind.STATIC, x0);
            Tensor left = degradation.measure(x0);
            int images = (int) x.dim(0);
            norms = subtractFrom(measured, left, images);
            // The norm falls where A x_0 grows: -A' (y - A x_0) / norm.
            Tensor byX0 = degradation.transpose(left);
            gradient = Tensor.zeros(ElementType.FLOAT32, x.shape());
            Tensor byOutput = Tensor.zeros(ElementType.FLOAT32, output.shape());
            FloatBuffer pull = byX0.floats();
            FloatBuffer unclipped = free.floats();
            FloatBuffer clipped = x0.floats();
            FloatBuffer direct = gradient.floats();
            FloatBuffer indirect = byOutput.floats();
            double ofX = process.sqrtRecipAlphasCumprod()[index];
            double ofEps = process.sqrtRecipm1AlphasCumprod()[index];
            int length = direct.capacity() / images;
            int stride = indirect.capacity() / images;
            for (int n = 0; n < images; n++) {
                for (int i = 0; i < length; i++) {
                    int place = n * length + i;
                    // Where x_0 is clipped, nothing changes with x_t.
                    double byOne = unclipped.get(place) != clipped.get(place) || norms[n] == 0
                            ? 0
                            : -pull.get(place) / norms[n];
                    direct.put(place, (float) (ofX * byOne));
                    indirect.put(n * stride + i, (float) (-ofEps * byOne));
                }
            }
            return byOutput;
        }

        @Override
        public void correct(Tensor product, Tensor next) {
            FloatBuffer direct = gradient.floats();
            FloatBuffer indirect = product.floats();
            FloatBuffer values = next.floats();
            for (int i = 0; i < values.capacity(); i++) {
                float both = direct.get(i) + indirect.get(i);
                direct.put(i, both);
                values.put(i, (float) (values.get(i) - scale * both));
            }
        }
    }

    /** Replaces A x_0 by y - A x_0. */
    private static double[] subtractFrom(Tensor measured, Tensor left, int images) {
        FloatBuffer wanted = measured.floats();
        FloatBuffer values = left.floats();
        int length = values.capacity() / images;
        double[] norms = new double[images];
        for (int i = 0; i < values.capacity(); i++) {
            values.put(i, wanted.get(i) - values.get(i));
            norms[i / length] += (double) values.get(i) * values.get(i);
        }
        for (int n = 0; n < images; n++) {
            norms[n] = Math.sqrt(norms[n]);
        }
        return norms;
    }
}
