package io.adm4j.diffusion;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A diffusion process with its forward noising, posterior and the reading of a network's output, over the timesteps that
 * a respacing keeps. Equation numbers are those of Improved DDPM.
 *
 * <p>An <em>index</em> counts the kept timesteps from 0 (least noise) to {@link #numTimesteps()}-1; the
 * <em>timestep</em> is its number in the whole process. Arrays have one value an index. Instances never change and may
 * be shared between threads.
 */
public final class GaussianDiffusion {
    /** Scale on which networks see timesteps where the process rescales them. */
    private static final double NETWORK_TIMESTEPS = 1000;

    private final DiffusionConfig config;
    private final int[] timestepMap;
    private final double[] betas;
    private final double[] alphasCumprod;
    private final double[] alphasCumprodPrev;
    private final double[] sqrtAlphasCumprod;
    private final double[] sqrtOneMinusAlphasCumprod;
    private final double[] logOneMinusAlphasCumprod;
    private final double[] sqrtRecipAlphasCumprod;
    private final double[] sqrtRecipm1AlphasCumprod;
    private final double[] posteriorVariance;
    private final double[] posteriorLogVarianceClipped;
    private final double[] posteriorMeanCoef1;
    private final double[] posteriorMeanCoef2;
    private final double[] logBetas;
    private final double[] fixedLogVariance;

    /** The process that these flags describe. */
    public GaussianDiffusion(DiffusionConfig config) {
        this.config = config;
        this.timestepMap = TimestepRespacing.parse(config.timestepRespacing(), config.diffusionSteps());
        this.betas = respaced(
                NoiseSchedule.of(config.noiseSchedule(), config.diffusionSteps())
                        .betas(),
                timestepMap);
        int steps = betas.length;
        this.alphasCumprod = new double[steps];
        this.alphasCumprodPrev = new double[steps];
        this.sqrtAlphasCumprod = new double[steps];
        this.sqrtOneMinusAlphasCumprod = new double[steps];
        this.logOneMinusAlphasCumprod = new double[steps];
        this.sqrtRecipAlphasCumprod = new double[steps];
        this.sqrtRecipm1AlphasCumprod = new double[steps];
        this.posteriorVariance = new double[steps];
        this.posteriorMeanCoef1 = new double[steps];
        this.posteriorMeanCoef2 = new double[steps];
        double product = 1;
        for (int i = 0; i < steps; i++) {
            double alpha = 1 - betas[i];
            double previous = product;
            product *= alpha;
            alphasCumprod[i] = product;
            alphasCumprodPrev[i] = previous;
            sqrtAlphasCumprod[i] = Math.sqrt(product);
            sqrtOneMinusAlphasCumprod[i] = Math.sqrt(1 - product);
            logOneMinusAlphasCumprod[i] = StrictMath.log(1 - product);
            sqrtRecipAlphasCumprod[i] = Math.sqrt(1 / product);
            sqrtRecipm1AlphasCumprod[i] = Math.sqrt(1 / product - 1);
            posteriorVariance[i] = betas[i] * (1 - previous) / (1 - product);
            posteriorMeanCoef1[i] = betas[i] * Math.sqrt(previous) / (1 - product);
            posteriorMeanCoef2[i] = (1 - previous) * Math.sqrt(alpha) / (1 - product);
        }
        // The posterior of index 0 has no variance, so its logarithm takes that of index 1.
        double first = steps > 1 ? posteriorVariance[1] : betas[0];
        this.posteriorLogVarianceClipped = logs(posteriorVariance, first);
        this.logBetas = logs(betas, betas[0]);
        this.fixedLogVariance = switch (config.variance()) {
            case FIXED_LARGE -> logs(betas, first);
            case FIXED_SMALL, LEARNED_RANGE -> posteriorLogVarianceClipped;
        };
    }

    /** The &beta; with which the kept timesteps have the same products &alpha;&#773; as in the whole process (eq. 19). */
    private static double[] respaced(double[] betas, int[] kept) {
        double[] result = new double[kept.length];
        double last = 1;
        double product = 1;
        int next = 0;
        for (int t = 0; t < betas.length && next < kept.length; t++) {
            product *= 1 - betas[t];
            if (t == kept[next]) {
                result[next++] = 1 - product / last;
                last = product;
            }
        }
        return result;
    }

    private static double[] logs(double[] values, double first) {
        double[] logs = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            logs[i] = StrictMath.log(i == 0 ? first : values[i]);
        }
        return logs;
    }

    public DiffusionConfig config() {
        return config;
    }

    /** Number of timesteps kept. */
    public int numTimesteps() {
        return betas.length;
    }

    /** Timestep of the whole process for each index; a copy. */
    public int[] timestepMap() {
        return timestepMap.clone();
    }

    /** The timestep that networks get for an index: its number in the whole process, rescaled if the process does so. */
    public float networkTimestep(int index) {
        return networkTimestep((double) timestepMap[index]);
    }

    /** The same for a timestep of the whole process, possibly between two. */
    float networkTimestep(double timestep) {
        return (float)
                (config.rescaleTimesteps() ? timestep * (NETWORK_TIMESTEPS / config.diffusionSteps()) : timestep);
    }

    /** &beta;; a copy, as all arrays here. */
    public double[] betas() {
        return betas.clone();
    }

    /** &alpha;&#773;, the product of 1-&beta; up to an index. */
    public double[] alphasCumprod() {
        return alphasCumprod.clone();
    }

    /** &alpha;&#773; of the index before; 1 at index 0. */
    public double[] alphasCumprodPrev() {
        return alphasCumprodPrev.clone();
    }

    /** Square root of &alpha;&#773;. */
    public double[] sqrtAlphasCumprod() {
        return sqrtAlphasCumprod.clone();
    }

    /** Square root of 1-&alpha;&#773;. */
    public double[] sqrtOneMinusAlphasCumprod() {
        return sqrtOneMinusAlphasCumprod.clone();
    }

    /** Logarithm of 1-&alpha;&#773;. */
    public double[] logOneMinusAlphasCumprod() {
        return logOneMinusAlphasCumprod.clone();
    }

    /** Square root of 1/&alpha;&#773;. */
    public double[] sqrtRecipAlphasCumprod() {
        return sqrtRecipAlphasCumprod.clone();
    }

    /** Square root of 1/&alpha;&#773;-1. */
    public double[] sqrtRecipm1AlphasCumprod() {
        return sqrtRecipm1AlphasCumprod.clone();
    }

    /** Variance of q(x_{t-1} | x_t, x_0), equation 10. */
    public double[] posteriorVariance() {
        return posteriorVariance.clone();
    }

    /** Logarithm of the posterior variance; index 0, which has none, takes the value of index 1. */
    public double[] posteriorLogVarianceClipped() {
        return posteriorLogVarianceClipped.clone();
    }

    /** Factor of x_0 in the mean of the posterior, equation 11. */
    public double[] posteriorMeanCoef1() {
        return posteriorMeanCoef1.clone();
    }

    /** Factor of x_t in the mean of the posterior, equation 11. */
    public double[] posteriorMeanCoef2() {
        return posteriorMeanCoef2.clone();
    }

    /** Logarithm of &beta;: the largest log-variance of a learned range, equation 15. */
    public double[] logBetas() {
        return logBetas.clone();
    }

    /** Log-variance of the reverse step where it is not learned; where it is, the smallest of its range. */
    public double[] fixedLogVariance() {
        return fixedLogVariance.clone();
    }

    /**
     * The process in continuous time.
     *
     * @throws IllegalStateException if not all timesteps are kept
     */
    ContinuousSchedule continuous() {
        if (betas.length != config.diffusionSteps()) {
            throw new IllegalStateException("Solvers take the whole process, without a respacing.");
        }
        return ContinuousSchedule.of(alphasCumprod);
    }

    double alphaBar(int index) {
        return alphasCumprod[index];
    }

    double alphaBarPrev(int index) {
        return alphasCumprodPrev[index];
    }

    double meanCoef1(int index) {
        return posteriorMeanCoef1[index];
    }

    double meanCoef2(int index) {
        return posteriorMeanCoef2[index];
    }

    double posteriorLogVariance(int index) {
        return posteriorLogVarianceClipped[index];
    }

    /** x_0 where the noise is known to be {@code eps}, from equation 9. */
    double x0FromEps(int index, double x, double eps) {
        return sqrtRecipAlphasCumprod[index] * x - sqrtRecipm1AlphasCumprod[index] * eps;
    }

    /** The noise where x_0 is known, from equation 9. */
    double epsFromX0(int index, double x, double x0) {
        return (sqrtRecipAlphasCumprod[index] * x - x0) / sqrtRecipm1AlphasCumprod[index];
    }

    /** As {@link #epsFromX0}, with the rounding of the published float32 arithmetic. */
    float roundedEpsFromX0(int index, float x, float x0) {
        return ((float) sqrtRecipAlphasCumprod[index] * x - x0) / (float) sqrtRecipm1AlphasCumprod[index];
    }

    /**
     * Noises images in one go, equation 9.
     *
     * @param x0 float32 {@code [N, ...]}
     * @param indices one per image
     * @param noise float32 of the same shape
     * @return x_t
     */
    public Tensor qSample(Tensor x0, int[] indices, Tensor noise) {
        if (!Arrays.equals(x0.shape(), noise.shape()) || x0.rank() == 0 || x0.dim(0) != indices.length) {
            throw new IllegalArgumentException(
                    "Images " + x0 + ", noise " + noise + " and " + indices.length + " indices do not fit together.");
        }
        Tensor result = Tensor.zeros(ElementType.FLOAT32, x0.shape());
        FloatBuffer clean = x0.floats();
        FloatBuffer random = noise.floats();
        FloatBuffer out = result.floats();
        int length = indices.length == 0 ? 0 : out.capacity() / indices.length;
        for (int n = 0; n < indices.length; n++) {
            // In float32 as published: where noise is small, its recovery from x_t shows the last bit.
            float signal = (float) sqrtAlphasCumprod[indices[n]];
            float sigma = (float) sqrtOneMinusAlphasCumprod[indices[n]];
            for (int i = n * length; i < (n + 1) * length; i++) {
                out.put(i, signal * clean.get(i) + sigma * random.get(i));
            }
        }
        return result;
    }

    /**
     * Reads a network's prediction of x_0 from its output, whichever of noise and x_0 it predicts.
     *
     * @param output of the denoiser at {@code x}
     * @param clip whether to clip the prediction to [-1, 1]
     * @param x0 float32 of the shape of {@code x}, overwritten
     * @throws IllegalArgumentException if the output has not the shape that the process expects
     */
    public void predictX0(Tensor output, Tensor x, int index, boolean clip, Tensor x0) {
        int length = checkOutput(output, x);
        int stride = outputStride(length);
        FloatBuffer out = output.floats();
        FloatBuffer noisy = x.floats();
        FloatBuffer result = x0.floats();
        double ofX = config.predictXstart() ? 0 : sqrtRecipAlphasCumprod[index];
        double ofOutput = config.predictXstart() ? 1 : -sqrtRecipm1AlphasCumprod[index];
        for (int n = 0; n < x.dim(0); n++) {
            for (int i = 0; i < length; i++) {
                double value = ofX * noisy.get(n * length + i) + ofOutput * out.get(n * stride + i);
                if (clip) {
                    value = Math.max(-1, Math.min(1, value));
                }
                result.put(n * length + i, (float) value);
            }
        }
    }

    /**
     * The logarithm of the variance of the reverse step: equation 15 where it is learned, else a fixed one.
     *
     * @param output of the denoiser at {@code x}
     * @param logVariance float32 of the shape of {@code x}, overwritten
     * @throws IllegalArgumentException if the output has not the shape that the process expects
     */
    public void logVariance(Tensor output, Tensor x, int index, Tensor logVariance) {
        int length = checkOutput(output, x);
        FloatBuffer result = logVariance.floats();
        if (config.variance() != VarianceKind.LEARNED_RANGE) {
            float fixed = (float) fixedLogVariance[index];
            for (int i = 0; i < result.capacity(); i++) {
                result.put(i, fixed);
            }
            return;
        }
        int stride = outputStride(length);
        FloatBuffer out = output.floats();
        double smallest = posteriorLogVarianceClipped[index];
        double largest = logBetas[index];
        for (int n = 0; n < x.dim(0); n++) {
            for (int i = 0; i < length; i++) {
                double share = (out.get(n * stride + length + i) + 1) / 2;
                result.put(n * length + i, (float) (share * largest + (1 - share) * smallest));
            }
        }
    }

    private int outputStride(int length) {
        return config.learnSigma() ? 2 * length : length;
    }

    /** @throws IllegalArgumentException if the output has not the shape that the process expects */
    void requireOutput(Tensor output, Tensor x) {
        checkOutput(output, x);
    }

    private int checkOutput(Tensor output, Tensor x) {
        long[] expected = x.shape();
        expected[1] *= config.learnSigma() ? 2 : 1;
        if (!Arrays.equals(expected, output.shape())) {
            throw new IllegalArgumentException(
                    "The denoiser gave " + output + " for " + x + ", where learn_sigma " + config.learnSigma()
                            + " asks for " + Arrays.toString(expected) + "; the flags do not fit the network.");
        }
        return x.dim(0) == 0 ? 0 : (int) (x.size() / x.dim(0));
    }
}
