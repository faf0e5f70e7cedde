package io.adm4j.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BitsPerDimensionTest {
    private static final GaussianDiffusion PROCESS =
            new GaussianDiffusion(new DiffusionConfig(false, 1000, "linear", "20", false, true, false, false, true));

    private static Tensor images() {
        Tensor x0 = Tensor.zeros(ElementType.FLOAT32, 2, 3, 4, 4);
        for (int i = 0; i < x0.size(); i++) {
            x0.floats().put(i, i % 256 / 127.5f - 1);
        }
        return x0;
    }

    /** A denoiser that knows the images leaves only the prior and the decoder's own width. */
    @Test
    void aPerfectDenoiserLeavesPriorAndDecoder() {
        Tensor x0 = images();
        SeededNoise noise = new SeededNoise(1, 2);
        List<Integer> done = new ArrayList<>();
        BitsPerDimension.Terms terms =
                new BitsPerDimension(PROCESS, true).evaluate((x, t, y) -> x0, x0, null, noise, (k, of) -> done.add(k));
        double sigma = Math.sqrt(PROCESS.posteriorVariance()[1]);
        double edge = 1 / 255.0 / sigma;
        double width = Math.tanh(Math.sqrt(2 / Math.PI) * (edge + 0.044715 * edge * edge * edge));
        double bar = PROCESS.alphasCumprod()[19];
        for (int n = 0; n < 2; n++) {
            double prior = 0;
            double decoder = 0;
            for (float v : x0.rows(n, n + 1).toFloatArray()) {
                double variance = 1 - bar;
                prior += 0.5 * (bar * v * v + variance - 1 - Math.log(variance));
                boolean outermost = Math.abs(v) > 0.999;
                decoder -= Math.log(outermost ? 0.5 * (1 + width) : width);
            }
            prior /= 48 * Math.log(2);
            decoder /= 48 * Math.log(2);
            assertEquals(prior, terms.prior()[n], 1e-9);
            for (int k = 0; k < 19; k++) {
                assertEquals(0, terms.vb()[n][k], 1e-6);
                assertEquals(0, terms.xStartMse()[n][k]);
                assertEquals(0, terms.mse()[n][k], 1e-6);
            }
            assertEquals(decoder, terms.vb()[n][19], 1e-5);
            assertEquals(prior + decoder, terms.total()[n], 1e-4);
        }
        assertEquals(20, done.size());
    }

    /** With equal variances the divergence is the squared distance of the means over twice the variance. */
    @Test
    void aShiftedPredictionCostsItsSquaredDistance() {
        Tensor x0 = images();
        Tensor shifted = images();
        for (int i = 0; i < shifted.size(); i++) {
            shifted.floats().put(i, shifted.floats().get(i) + 0.25f);
        }
        BitsPerDimension.Terms terms = new BitsPerDimension(PROCESS, false)
                .evaluate((x, t, y) -> shifted, x0, null, new SeededNoise(1, 2), (k, of) -> {});
        for (int k = 0; k < 19; k++) {
            int index = 19 - k;
            double distance = PROCESS.posteriorMeanCoef1()[index] * 0.25;
            double expected = distance * distance / (2 * PROCESS.posteriorVariance()[index]) / Math.log(2);
            assertEquals(expected, terms.vb()[1][k], 1e-4 * expected + 1e-6);
            assertEquals(0.0625, terms.xStartMse()[1][k], 1e-6);
            double ofX0 = 0.0625 * PROCESS.alphasCumprod()[index] / (1 - PROCESS.alphasCumprod()[index]);
            assertEquals(ofX0, terms.mse()[1][k], 1e-4 * ofX0 + 1e-6);
        }
    }

    /** The denoiser sees the noised images of every timestep, and progress counts to the number of steps. */
    @Test
    void theDenoiserSeesEachTimestepsNoisedImages() {
        Tensor x0 = images();
        NoiseSource noise = new SeededNoise(1, 2);
        List<Integer> seen = new ArrayList<>();
        List<String> progress = new ArrayList<>();
        new BitsPerDimension(PROCESS, true)
                .evaluate(
                        (x, t, y) -> {
                            int step = seen.size();
                            int index = 19 - step;
                            Tensor random = Tensor.zeros(ElementType.FLOAT32, x0.shape());
                            noise.fill(step, random);
                            assertArrayEquals(
                                    PROCESS.qSample(x0, new int[] {index, index}, random)
                                            .toFloatArray(),
                                    x.toFloatArray());
                            float timestep = PROCESS.timestepMap()[index];
                            assertArrayEquals(new float[] {timestep, timestep}, t.toFloatArray());
                            assertNull(y);
                            seen.add(index);
                            return x0;
                        },
                        x0,
                        null,
                        noise,
                        (done, of) -> progress.add(done + "/" + of));
        assertEquals(IntStream.rangeClosed(1, 20).mapToObj(k -> k + "/20").toList(), progress);
    }

    /** A process that ends at timestep 500 keeps a part of the image. */
    @Test
    void thePriorMeasuresWhatIsLeftOfTheImage() {
        GaussianDiffusion process = new GaussianDiffusion(
                new DiffusionConfig(false, 1000, "linear", "ddim2", false, true, false, false, true));
        Tensor x0 = Tensor.of(new float[] {0.5f, -1, 0.25f, 1}, 1, 1, 2, 2);
        double prior = new BitsPerDimension(process, true)
                .evaluate((x, t, y) -> x0, x0, null, new SeededNoise(1), (done, of) -> {})
                .prior()[0];
        double bar = process.alphasCumprod()[1];
        double squares = (0.25 + 1 + 0.0625 + 1) / 4;
        double expected = 0.5 * (bar * squares + 1 - bar - 1 - Math.log(1 - bar)) / Math.log(2);
        assertEquals(expected, prior, 1e-12);
        assertTrue(prior > 0.01);
    }
}
