package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The implicit sampler (Song, Meng and Ermon: "Denoising Diffusion Implicit Models", equations 12 and 16). With guidance
 * the predicted noise moves by -sqrt(1-&alpha;&#773;) &middot; scale &middot; gradient, and x_0 follows from it without
 * being clipped again (Diffusion Models Beat GANs, algorithm 2).
 *
 * @param eta share of the ancestral sampler's noise: 0 is deterministic, 1 adds the posterior's noise
 * @param thresholding of predictions of x_0, before guidance
 */
public record DdimSampler(GaussianDiffusion diffusion, double eta, Thresholding thresholding) implements Sampler {
    /** With clipping to [-1, 1] or without, as the published flag says. */
    public DdimSampler(GaussianDiffusion diffusion, double eta, boolean clipDenoised) {
        this(diffusion, eta, Thresholding.clipping(clipDenoised));
    }

    /**
     * Checks eta.
     *
     * @throws IllegalArgumentException if eta is negative, or larger than the noise of some step allows
     */
    public DdimSampler {
        if (!(eta >= 0 && eta < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("Eta is a number from 0, not " + eta + ".");
        }
        for (int i = 0; i < diffusion.numTimesteps(); i++) {
            double sigma = sigma(diffusion, eta, i);
            // At eta 1 and index 0 both sides are 0 up to rounding.
            if (sigma * sigma > (1 - diffusion.alphaBarPrev(i)) * (1 + 1e-9)) {
                throw new IllegalArgumentException("Eta " + eta + " asks for more noise than there is at timestep "
                        + diffusion.timestepMap()[i] + "; use a value from 0 to 1.");
            }
        }
    }

    @Override
    public ReverseRun resume(int step, Tensor x, List<Tensor> memory, NoiseSource noise) {
        return ReverseRun.ofTimesteps(diffusion, new Implicit(), step, x, memory, noise);
    }

    /** Standard deviation of the noise that the step at an index adds, equation 16. */
    private static double sigma(GaussianDiffusion diffusion, double eta, int index) {
        double bar = diffusion.alphaBar(index);
        double previous = diffusion.alphaBarPrev(index);
        return eta * Math.sqrt((1 - previous) / (1 - bar)) * Math.sqrt(1 - bar / previous);
    }

    private final class Implicit implements ReverseRun.Update {
        @Override
        public boolean addsNoise(int index) {
            return eta > 0 && index > 0;
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
            double previous = diffusion.alphaBarPrev(index);
            double sigma = sigma(diffusion, eta, index);
            double ofX0 = Math.sqrt(previous);
            double ofEps = Math.sqrt(Math.max(0, 1 - previous - sigma * sigma));
            double ofGradient = pull == null ? 0 : Math.sqrt(1 - diffusion.alphaBar(index)) * pull.scale();
            FloatBuffer noisy = x.floats();
            FloatBuffer clean = x0.floats();
            FloatBuffer gradient = pull == null ? null : pull.gradient().floats();
            FloatBuffer random = noise == null ? null : noise.floats();
            FloatBuffer result = next.floats();
            int length = result.capacity() == 0 ? 0 : result.capacity() / (int) x.dim(0);
            IntToDoubleFunction unguided = i -> diffusion.epsFromX0(index, noisy.get(i), clean.get(i));
            double rescaling = 1;
            for (int i = 0; i < result.capacity(); i++) {
                if (pull != null && i % length == 0) {
                    rescaling = pull.rescaling(i / length, length, unguided, ofGradient);
                }
                double predicted = clean.get(i);
                double eps = unguided.applyAsDouble(i);
                if (gradient != null) {
                    eps = rescaling * (eps - ofGradient * gradient.get(i));
                    predicted = diffusion.x0FromEps(index, noisy.get(i), eps);
                    clean.put(i, (float) predicted);
                }
                double value = ofX0 * predicted + ofEps * eps;
                if (random != null) {
                    value += sigma * random.get(i);
                }
                result.put(i, (float) value);
            }
        }
    }
}
