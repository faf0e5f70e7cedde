package io.adm4j.diffusion;

import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Deterministic DDIM run backwards, from an image to the noise that leads to it (Diffusion Models Beat GANs, appendix F, after Song,
 * Meng and Ermon, section 5.4): x_{t+1} = sqrt(&alpha;&#773;_{t+1}) x_0 + sqrt(1-&alpha;&#773;_{t+1}) &epsilon; with x_0 and
 * &epsilon; predicted at x_t. The states of a run are x_0 at first and x_T at last. {@link DdimSampler} without noise and with the same
 * timesteps leads back, up to the error of the steps. No noise is added.
 *
 * @param thresholding of predictions of x_0; with any the way back is less exact
 */
public record DdimInversion(GaussianDiffusion diffusion, Thresholding thresholding) implements Sampler {
    @Override
    public ReverseRun resume(int step, Tensor x, List<Tensor> memory, NoiseSource noise) {
        int[] kept = diffusion.timestepMap();
        double[] timesteps = IntStream.range(0, kept.length)
                .mapToDouble(index -> kept[kept.length - 1 - index])
                .toArray();
        return ReverseRun.of(diffusion, timesteps, new Inversion(), step, x, memory, noise);
    }

    private final class Inversion implements ReverseRun.Update {
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
            int timestep = diffusion.numTimesteps() - 1 - index;
            diffusion.predictX0(output, x, timestep, false, x0);
            thresholding.apply(x0);
            // After the last timestep there is only noise.
            double following = index == 0 ? 0 : diffusion.alphaBar(timestep + 1);
            double ofX0 = Math.sqrt(following);
            double ofEps = Math.sqrt(1 - following);
            FloatBuffer noisy = x.floats();
            FloatBuffer clean = x0.floats();
            FloatBuffer result = next.floats();
            for (int i = 0; i < result.capacity(); i++) {
                double eps = diffusion.epsFromX0(timestep, noisy.get(i), clean.get(i));
                result.put(i, (float) (ofX0 * clean.get(i) + ofEps * eps));
            }
        }
    }
}
