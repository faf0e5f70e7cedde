package io.adm4j.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The definitions of Improved DDPM, evaluated again from the published betas. */
class GaussianDiffusionTest {
    private static DiffusionConfig config(boolean learnSigma, String spacing, boolean predictXstart) {
        return new DiffusionConfig(learnSigma, 1000, "linear", spacing, false, predictXstart, false, false, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "ddim25"})
    void coefficientsFollowFromTheBetas(String spacing) {
        GaussianDiffusion process = new GaussianDiffusion(config(false, spacing, false));
        double[] betas = process.betas();
        double bar = 1;
        for (int i = 0; i < betas.length; i++) {
            double previous = bar;
            bar *= 1 - betas[i];
            assertEquals(Math.sqrt(bar), process.sqrtAlphasCumprod()[i], 1e-15);
            assertEquals(Math.sqrt(1 - bar), process.sqrtOneMinusAlphasCumprod()[i], 1e-15);
            assertEquals(Math.log(1 - bar), process.logOneMinusAlphasCumprod()[i], 1e-14);
            close(1 / Math.sqrt(bar), process.sqrtRecipAlphasCumprod()[i]);
            close(Math.sqrt((1 - bar) / bar), process.sqrtRecipm1AlphasCumprod()[i]);
            close(betas[i] * (1 - previous) / (1 - bar), process.posteriorVariance()[i]);
            close(Math.sqrt(previous) * betas[i] / (1 - bar), process.posteriorMeanCoef1()[i]);
            close(Math.sqrt(1 - betas[i]) * (1 - previous) / (1 - bar), process.posteriorMeanCoef2()[i]);
        }
    }

    /** Equation 11 at x_0 = 1 and x_t without noise: the mean of x_{t-1} has no noise either. */
    @Test
    void thePosteriorMeanLiesOnTheForwardProcess() {
        GaussianDiffusion process = new GaussianDiffusion(config(false, "10", false));
        for (int i = 0; i < 10; i++) {
            double mean =
                    process.posteriorMeanCoef1()[i] + process.posteriorMeanCoef2()[i] * process.sqrtAlphasCumprod()[i];
            assertEquals(Math.sqrt(process.alphasCumprodPrev()[i]), mean, 1e-12);
        }
    }

    private static void close(double expected, double actual) {
        assertEquals(expected, actual, 1e-10 * Math.abs(expected));
    }

    @Test
    void aProcessOfOneStepTakesItsBetaForTheVariance() {
        GaussianDiffusion process = new GaussianDiffusion(config(false, "1", false));
        assertEquals(1, process.numTimesteps());
        assertEquals(Math.log(process.betas()[0]), process.posteriorLogVarianceClipped()[0], 1e-15);
        GaussianDiffusion two = new GaussianDiffusion(config(false, "2", false));
        assertEquals(Math.log(two.posteriorVariance()[1]), two.posteriorLogVarianceClipped()[0], 1e-15);
    }

    @Test
    void arraysAreCopies() {
        DiffusionConfig config = config(false, "3", false);
        GaussianDiffusion process = new GaussianDiffusion(config);
        assertSame(config, process.config());
        List<Supplier<double[]>> arrays = List.of(
                process::betas,
                process::alphasCumprod,
                process::alphasCumprodPrev,
                process::sqrtAlphasCumprod,
                process::sqrtOneMinusAlphasCumprod,
                process::logOneMinusAlphasCumprod,
                process::sqrtRecipAlphasCumprod,
                process::sqrtRecipm1AlphasCumprod,
                process::posteriorVariance,
                process::posteriorLogVarianceClipped,
                process::posteriorMeanCoef1,
                process::posteriorMeanCoef2);
        for (Supplier<double[]> array : arrays) {
            assertEquals(3, array.get().length);
            assertNotSame(array.get(), array.get());
        }
        assertNotSame(process.timestepMap(), process.timestepMap());
    }

    /** Images of one batch may stand at different timesteps, as in training. */
    @Test
    void eachImageIsNoisedAtItsOwnTimestep() {
        GaussianDiffusion process = new GaussianDiffusion(config(false, "10", false));
        Tensor x0 = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3);
        Tensor noise = Tensor.of(new float[] {-1, 0, 1, 2, -2, 0.5f, 0.25f, 3, -3}, 3, 3);
        int[] indices = {9, 0, 4};
        Tensor x = process.qSample(x0, indices, noise);
        for (int i = 0; i < 9; i++) {
            double bar = process.alphasCumprod()[indices[i / 3]];
            double expected = Math.sqrt(bar) * x0.floats().get(i)
                    + Math.sqrt(1 - bar) * noise.floats().get(i);
            assertEquals(expected, x.floats().get(i), 1e-6);
        }
        assertEquals(
                0,
                process.qSample(Tensor.of(new float[0], 0, 3), new int[0], Tensor.of(new float[0], 0, 3))
                        .size());
    }

    @Test
    void imagesNoiseAndIndicesMustFit() {
        GaussianDiffusion process = new GaussianDiffusion(config(false, "10", false));
        Tensor two = Tensor.of(new float[4], 2, 2);
        assertThrows(IllegalArgumentException.class, () -> process.qSample(two, new int[1], two));
        assertThrows(
                IllegalArgumentException.class,
                () -> process.qSample(two, new int[2], Tensor.of(new float[4], 2, 1, 2)));
        Tensor scalar = Tensor.of(new float[1]);
        assertThrows(IllegalArgumentException.class, () -> process.qSample(scalar, new int[1], scalar));
    }

    /** The second half of the channels of each image holds the variance. */
    @Test
    void outputsWithLearnedVarianceAreReadImageByImage() {
        GaussianDiffusion process = new GaussianDiffusion(config(true, "10", false));
        int index = 6;
        Tensor x = Tensor.of(new float[] {0.5f, -0.25f, 0.75f, -1}, 2, 1, 1, 2);
        Tensor output = Tensor.of(new float[] {0.1f, 0.2f, -1, 1, 0.3f, 0.4f, 0, 0.5f}, 2, 2, 1, 2);
        Tensor x0 = Tensor.of(new float[4], 2, 1, 1, 2);
        process.predictX0(output, x, index, false, x0);
        Tensor logs = Tensor.of(new float[4], 2, 1, 1, 2);
        process.logVariance(output, x, index, logs);
        double bar = process.alphasCumprod()[index];
        double smallest = process.posteriorLogVarianceClipped()[index];
        double largest = Math.log(process.betas()[index]);
        float[] eps = {0.1f, 0.2f, 0.3f, 0.4f};
        double[] shares = {0, 1, 0.5, 0.75};
        for (int i = 0; i < 4; i++) {
            double expected = (x.floats().get(i) - Math.sqrt(1 - bar) * eps[i]) / Math.sqrt(bar);
            assertEquals(expected, x0.floats().get(i), 1e-6 * Math.max(1, Math.abs(expected)));
            assertEquals(
                    smallest + shares[i] * (largest - smallest), logs.floats().get(i), 1e-6);
        }
        process.predictX0(output, Tensor.of(new float[] {9, -9, 0, 0}, 2, 1, 1, 2), index, true, x0);
        assertEquals(1f, x0.floats().get(0));
        assertEquals(-1f, x0.floats().get(1));
    }

    @Test
    void aPredictionOfX0IsUsedAsItIs() {
        GaussianDiffusion process = new GaussianDiffusion(config(false, "10", true));
        Tensor x = Tensor.of(new float[] {5, 6, 7, 8}, 2, 2);
        Tensor output = Tensor.of(new float[] {0.5f, -3, 2, -0.25f}, 2, 2);
        Tensor x0 = Tensor.of(new float[4], 2, 2);
        process.predictX0(output, x, 3, false, x0);
        assertArrayEquals(output.toFloatArray(), x0.toFloatArray());
        process.predictX0(output, x, 3, true, x0);
        assertArrayEquals(new float[] {0.5f, -1, 1, -0.25f}, x0.toFloatArray());
    }

    @Test
    void noiseAndX0DetermineEachOther() {
        GaussianDiffusion process = new GaussianDiffusion(config(false, "10", false));
        for (int i = 0; i < 10; i++) {
            double bar = process.alphasCumprod()[i];
            double x = Math.sqrt(bar) * 0.5 + Math.sqrt(1 - bar) * -1.25;
            assertEquals(0.5, process.x0FromEps(i, x, -1.25), 1e-9);
            assertEquals(-1.25, process.epsFromX0(i, x, 0.5), 1e-9);
            assertEquals(-1.25, process.roundedEpsFromX0(i, (float) x, 0.5f), 1e-3);
        }
    }
}
