package io.adm4j.diffusion;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The variational bound on the negative log-likelihood of images, in bits per dimension (Improved DDPM, equations 4 to
 * 7), evaluated at every timestep that the process keeps.
 *
 * @param clipDenoised whether predictions of x_0 are clipped to [-1, 1]
 */
public record BitsPerDimension(GaussianDiffusion diffusion, boolean clipDenoised) {
    /**
     * Terms of the bound. The columns of the matrices {@code [N][steps]} are in the order of evaluation: the last
     * timestep first.
     *
     * @param total bits per dimension of each image: the sum of its {@code vb} and its {@code prior}
     * @param prior divergence of the end of the forward process from the standard normal
     * @param vb term of the bound at each timestep; the last column is the decoder's
     * @param xStartMse mean squared error of the predicted x_0
     * @param mse mean squared error of the predicted noise
     */
    public record Terms(double[] total, double[] prior, double[][] vb, double[][] xStartMse, double[][] mse) {}

    /** Notified after each timestep; may throw to stop. */
    @FunctionalInterface
    public interface Progress {
        void timestepDone(int done, int steps);
    }

    /**
     * Evaluates the bound for a batch.
     *
     * @param x0 float32 {@code [N, C, H, W]} in [-1, 1]
     * @param labels int64 {@code [N]}, or null where the denoiser takes none
     * @param noise called once per timestep, the last timestep first
     */
    public Terms evaluate(Denoiser denoiser, Tensor x0, @Nullable Tensor labels, NoiseSource noise, Progress progress) {
        int count = (int) x0.dim(0);
        int steps = diffusion.numTimesteps();
        Terms terms = new Terms(
                new double[count],
                prior(x0),
                new double[count][steps],
                new double[count][steps],
                new double[count][steps]);
        Tensor added = Tensor.zeros(ElementType.FLOAT32, x0.shape());
        Tensor predicted = Tensor.zeros(ElementType.FLOAT32, x0.shape());
        Tensor logVariance = Tensor.zeros(ElementType.FLOAT32, x0.shape());
        Tensor timesteps = Tensor.zeros(ElementType.FLOAT32, count);
        int[] indices = new int[count];
        for (int step = 0; step < steps; step++) {
            int index = steps - 1 - step;
            Arrays.fill(indices, index);
            for (int n = 0; n < count; n++) {
                timesteps.floats().put(n, diffusion.networkTimestep(index));
            }
            noise.fill(step, added);
            Tensor x = diffusion.qSample(x0, indices, added);
            Tensor output = denoiser.predict(x, timesteps, labels);
            diffusion.predictX0(output, x, index, clipDenoised, predicted);
            diffusion.logVariance(output, x, index, logVariance);
            addTerms(terms, step, index, x0, x, added, predicted, logVariance);
            progress.timestepDone(step + 1, steps);
        }
        for (int n = 0; n < count; n++) {
            terms.total[n] = terms.prior[n] + Arrays.stream(terms.vb[n]).sum();
        }
        return terms;
    }

    private void addTerms(
            Terms terms, int step, int index, Tensor x0, Tensor x, Tensor noise, Tensor predicted, Tensor logVariance) {
        FloatBuffer clean = x0.floats();
        FloatBuffer noisy = x.floats();
        FloatBuffer random = noise.floats();
        FloatBuffer guess = predicted.floats();
        FloatBuffer logs = logVariance.floats();
        double ofX0 = diffusion.meanCoef1(index);
        double ofX = diffusion.meanCoef2(index);
        double trueLogVariance = diffusion.posteriorLogVariance(index);
        int count = terms.total.length;
        int length = count == 0 ? 0 : x0.size() / count;
        for (int n = 0; n < count; n++) {
            double bound = 0;
            double xStartError = 0;
            double noiseError = 0;
            for (int i = n * length; i < (n + 1) * length; i++) {
                double mean = ofX0 * guess.get(i) + ofX * noisy.get(i);
                if (index == 0) {
                    bound -=
                            GaussianLikelihood.discretizedLogLikelihood(clean.get(i), (float) mean, 0.5f * logs.get(i));
                } else {
                    double trueMean = ofX0 * clean.get(i) + ofX * noisy.get(i);
                    bound += GaussianLikelihood.kl(trueMean, trueLogVariance, mean, logs.get(i));
                }
                double x0Distance = guess.get(i) - clean.get(i);
                xStartError += x0Distance * x0Distance;
                double noiseDistance = diffusion.roundedEpsFromX0(index, noisy.get(i), guess.get(i)) - random.get(i);
                noiseError += noiseDistance * noiseDistance;
            }
            terms.vb[n][step] = bound / length / Math.log(2);
            terms.xStartMse[n][step] = xStartError / length;
            terms.mse[n][step] = noiseError / length;
        }
    }

    /** Divergence of q(x_T | x_0) from the standard normal, equation 7. */
    private double[] prior(Tensor x0) {
        int last = diffusion.numTimesteps() - 1;
        double signal = diffusion.sqrtAlphasCumprod()[last];
        double logVariance = diffusion.logOneMinusAlphasCumprod()[last];
        int count = (int) x0.dim(0);
        FloatBuffer clean = x0.floats();
        int length = count == 0 ? 0 : x0.size() / count;
        double[] prior = new double[count];
        for (int n = 0; n < count; n++) {
            double sum = 0;
            for (int i = n * length; i < (n + 1) * length; i++) {
                sum += GaussianLikelihood.kl(signal * clean.get(i), logVariance, 0, 0);
            }
            prior[n] = sum / length / Math.log(2);
        }
        return prior;
    }
}
