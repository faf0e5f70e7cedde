package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Deterministic DDIM run backwards, from an image to the noise that leads to it (Diffusion Models Beat GANs, appendix F, after Song,
 * Meng and Ermon, section 5.4): x_{t+1} = sqrt(&alpha;&#773;_{t+1}) x_0 + sqrt(1-&alpha;&#773;_{t+1}) &epsilon; with x_0 and
 * &epsilon; predicted at x_t. The states of a run are x_0 at first and x_T at last. {@link DdimSampler} without noise and with the same
 * timesteps leads back, up to the error of the steps. No noise is added.
 *
 * <p>The way back evaluates the denoiser at x_{t+1}, which is not known yet. A refinement takes a step again with &epsilon; predicted at
 * the x_{t+1} that it led to, a fixed-point iteration (Pan et al.: "Effective Real Image Editing with Accelerated Iterative Diffusion
 * Inversion", 2023), at the price of one more evaluation.
 *
 * @param thresholding of predictions of x_0; with any the way back is less exact
 * @param refinements of each step but the last; 0 is the published algorithm
 */
public record DdimInversion(GaussianDiffusion diffusion, Thresholding thresholding, int refinements)
        implements Sampler {
    public DdimInversion {
        if (refinements < 0) {
            throw new IllegalArgumentException("The number of refinements is at least 0, not " + refinements + ".");
        }
    }

    /** The published algorithm. */
    public DdimInversion(GaussianDiffusion diffusion, Thresholding thresholding) {
        this(diffusion, thresholding, 0);
    }

    /** Evaluations of the denoiser in a whole run, each a step of it. */
    public int evaluations() {
        return diffusion.numTimesteps() + refinements * (diffusion.numTimesteps() - 1);
    }

    /** Timestep, by its number among those kept, at which the denoiser is evaluated. */
    private int timestep(int evaluation) {
        return (evaluation + refinements) / (refinements + 1);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException also for refined runs that do not begin at the image
     */
    @Override
    public ReverseRun resume(int step, Tensor x, List<Tensor> memory, NoiseSource noise) {
        if (refinements > 0 && step > 0) {
            throw new IllegalArgumentException("A refined encoding begins at its image, not after step " + step + ".");
        }
        int[] kept = diffusion.timestepMap();
        double[] timesteps = IntStream.range(0, evaluations())
                .mapToDouble(index -> kept[timestep(evaluations() - 1 - index)])
                .toArray();
        return ReverseRun.of(diffusion, timesteps, new Inversion(), step, x, memory, noise);
    }

    private final class Inversion implements ReverseRun.Update {
        /** x_t while a step from it is refined. */
        private @Nullable Tensor from;

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
                @Nullable Tensor noise,
                Tensor x0,
                Tensor next) {
            if (pull != null) {
                throw new IllegalArgumentException("Images are encoded without guidance.");
            }
            int evaluation = evaluations() - 1 - index;
            int timestep = timestep(evaluation);
            diffusion.predictX0(output, x, timestep, false, x0);
            thresholding.apply(x0);
            if (evaluation % (refinements + 1) == 0) {
                // After the last timestep there is only noise.
                double following = index == 0 ? 0 : diffusion.alphaBar(timestep + 1);
                combine(Math.sqrt(following), x0, Math.sqrt(1 - following), timestep, x, x0, next);
                if (refinements > 0) {
                    from = x.copy();
                }
            } else {
                // The step to this timestep from the state before it, with the noise that is predicted where it led to.
                double alphaBar = diffusion.alphaBar(timestep);
                double before = diffusion.alphaBar(timestep - 1);
                double ofFrom = Math.sqrt(alphaBar / before);
                double ofEps = Math.sqrt(1 - alphaBar) - ofFrom * Math.sqrt(1 - before);
                combine(ofFrom, Objects.requireNonNull(from), ofEps, timestep, x, x0, next);
            }
        }

        /** A start and the predicted noise, with their factors. */
        private void combine(
                double ofStart, Tensor start, double ofEps, int timestep, Tensor x, Tensor x0, Tensor next) {
            FloatBuffer known = start.floats();
            FloatBuffer noisy = x.floats();
            FloatBuffer clean = x0.floats();
            FloatBuffer result = next.floats();
            for (int i = 0; i < result.capacity(); i++) {
                double eps = diffusion.epsFromX0(timestep, noisy.get(i), clean.get(i));
                result.put(i, (float) (ofStart * known.get(i) + ofEps * eps));
            }
        }
    }
}
