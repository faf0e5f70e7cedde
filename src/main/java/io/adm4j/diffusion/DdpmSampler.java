package io.adm4j.diffusion;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Ancestral sampling (DDPM, algorithm 2): each step samples from the Gaussian that the network predicts. With guidance
 * its mean moves by scale &middot; &Sigma; &middot; gradient, the gradient taken at x_t (Diffusion Models Beat GANs,
 * algorithm 1).
 *
 * @param clipDenoised whether predictions of x_0 are clipped to [-1, 1]
 */
public record DdpmSampler(GaussianDiffusion diffusion, boolean clipDenoised) implements Sampler {
    @Override
    public ReverseRun resume(int step, Tensor x, NoiseSource noise) {
        return new ReverseRun(diffusion, clipDenoised, new Ancestral(diffusion), step, x, noise);
    }

    private static final class Ancestral implements ReverseRun.Update {
        private final GaussianDiffusion diffusion;
        private @Nullable Tensor logVariance;

        Ancestral(GaussianDiffusion diffusion) {
            this.diffusion = diffusion;
        }

        @Override
        public boolean addsNoise(int index) {
            return index > 0;
        }

        @Override
        public void advance(
                int index,
                Tensor output,
                Tensor x,
                Tensor x0,
                @Nullable Tensor gradient,
                double scale,
                @Nullable Tensor noise,
                Tensor next) {
            if (logVariance == null) {
                logVariance = Tensor.zeros(ElementType.FLOAT32, x.shape());
            }
            diffusion.logVariance(output, x, index, logVariance);
            double ofX0 = diffusion.meanCoef1(index);
            double ofX = diffusion.meanCoef2(index);
            FloatBuffer noisy = x.floats();
            FloatBuffer clean = x0.floats();
            FloatBuffer logs = logVariance.floats();
            FloatBuffer pull = gradient == null ? null : gradient.floats();
            FloatBuffer random = noise == null ? null : noise.floats();
            FloatBuffer result = next.floats();
            for (int i = 0; i < result.capacity(); i++) {
                double value = ofX0 * clean.get(i) + ofX * noisy.get(i);
                double deviation = Math.exp(0.5 * logs.get(i));
                if (pull != null) {
                    value += deviation * deviation * scale * pull.get(i);
                }
                if (random != null) {
                    value += deviation * random.get(i);
                }
                result.put(i, (float) value);
            }
        }
    }
}
