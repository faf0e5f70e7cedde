package io.adm4j.diffusion;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ancestral sampling (DDPM, algorithm 2): each step samples from the Gaussian that the network predicts. With guidance
 * its mean moves by scale &middot; &Sigma; &middot; gradient, the gradient taken at x_t (Diffusion Models Beat GANs,
 * algorithm 1).
 *
 * @param thresholding of predictions of x_0, before guidance
 */
public record DdpmSampler(GaussianDiffusion diffusion, Thresholding thresholding) implements Sampler {
    /** With clipping to [-1, 1] or without, as the published flag says. */
    public DdpmSampler(GaussianDiffusion diffusion, boolean clipDenoised) {
        this(diffusion, Thresholding.clipping(clipDenoised));
    }

    @Override
    public ReverseRun resume(int step, Tensor x, List<Tensor> memory, NoiseSource noise) {
        return ReverseRun.ofTimesteps(diffusion, new Ancestral(), step, x, memory, noise);
    }

    private final class Ancestral implements ReverseRun.Update {
        private @Nullable Tensor logVariance;

        @Override
        public boolean addsNoise(int index) {
            return index > 0;
        }

        @Override
        public void advance(
                int index,
                Tensor output,
                Tensor x,
                @Nullable ClassifierPull pull,
                @Nullable Tensor noise,
                Tensor x0,
                Tensor next) {
            diffusion.predictX0(output, x, index, false, x0);
            thresholding.apply(x0);
            if (logVariance == null) {
                logVariance = Tensor.zeros(ElementType.FLOAT32, x.shape());
            }
            diffusion.logVariance(output, x, index, logVariance);
            double ofX0 = diffusion.meanCoef1(index);
            double ofX = diffusion.meanCoef2(index);
            FloatBuffer noisy = x.floats();
            FloatBuffer clean = x0.floats();
            FloatBuffer logs = logVariance.floats();
            FloatBuffer gradient = pull == null ? null : pull.gradient().floats();
            FloatBuffer random = noise == null ? null : noise.floats();
            FloatBuffer result = next.floats();
            for (int i = 0; i < result.capacity(); i++) {
                double value = ofX0 * clean.get(i) + ofX * noisy.get(i);
                double deviation = Math.exp(0.5 * logs.get(i));
                if (pull != null && gradient != null) {
                    value += deviation * deviation * pull.scale() * gradient.get(i);
                }
                if (random != null) {
                    value += deviation * random.get(i);
                }
                result.put(i, (float) value);
            }
        }
    }
}
