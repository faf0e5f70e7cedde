package io.adm4j.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Samplers against denoisers whose results are known in closed form. */
class SamplerTest {
    private static final long[] SHAPE = {2, 3, 4, 4};
    private static final NoiseSource NO_NOISE = (step, noise) -> {
        throw new AssertionError("noise was requested");
    };
    private static final Guidance UNGUIDED = new Guidance(
            (x, t, y) -> {
                throw new AssertionError("the classifier ran");
            },
            0);

    private static GaussianDiffusion process(String schedule, String respacing, boolean learnSigma, boolean xStart) {
        return new GaussianDiffusion(
                new DiffusionConfig(learnSigma, 1000, schedule, respacing, false, xStart, false, false, true));
    }

    /** The best denoiser for elements sampled from N(0, spread^2). */
    private static Denoiser gaussian(GaussianDiffusion process, double spread) {
        int[] map = process.timestepMap();
        double[] bars = process.alphasCumprod();
        return (x, t, y) -> {
            double bar = 0;
            for (int i = 0; i < map.length; i++) {
                bar = map[i] == t.floats().get(0) ? bars[i] : bar;
            }
            float factor = (float) (Math.sqrt(1 - bar) / (bar * spread * spread + 1 - bar));
            Tensor out = Tensor.zeros(ElementType.FLOAT32, x.shape());
            for (int i = 0; i < out.size(); i++) {
                out.floats().put(i, factor * x.floats().get(i));
            }
            return out;
        };
    }

    private static Tensor run(Sampler sampler, Denoiser denoiser, Tensor start, NoiseSource noise) {
        Tensor result = null;
        Iterator<StepState> steps = sampler.steps(denoiser, UNGUIDED, start, null, noise);
        while (steps.hasNext()) {
            result = steps.next().next();
        }
        return result;
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void aNetworkThatGivesNoNumberStopsTheRunAtItsStep(float broken) {
        GaussianDiffusion process = process("linear", "5", false, false);
        int[] calls = {0};
        Denoiser denoiser = (x, t, y) -> {
            Tensor out = Tensor.zeros(ElementType.FLOAT32, x.shape());
            if (++calls[0] == 3) {
                out.floats().put(out.size() - 1, broken);
            }
            return out;
        };
        Tensor start = new SeededNoise(3, 4).start(SHAPE);

        String message = assertThrows(
                        NonFiniteOutputException.class,
                        () -> run(new DdimSampler(process, 0, true), denoiser, start, NO_NOISE))
                .getMessage();

        assertEquals(3, calls[0]);
        assertTrue(message.startsWith("The denoiser gave NaN or infinity at step 3 of 5 (timestep "), message);
    }

    @Test
    void aGradientThatIsNoNumberStopsTheRunToo() {
        GaussianDiffusion process = process("linear", "5", false, false);
        Guidance guidance = new Guidance(
                (x, t, y) -> {
                    Tensor gradient = Tensor.zeros(ElementType.FLOAT32, x.shape());
                    gradient.floats().put(0, Float.NaN);
                    return gradient;
                },
                1);
        Iterator<StepState> steps = new DdimSampler(process, 0, true)
                .steps(
                        (x, t, y) -> Tensor.zeros(ElementType.FLOAT32, x.shape()),
                        guidance,
                        new SeededNoise(3, 4).start(SHAPE),
                        Tensor.of(new long[2], 2),
                        NO_NOISE);

        String message =
                assertThrows(NonFiniteOutputException.class, steps::next).getMessage();

        assertTrue(message.startsWith("The classifier's gradient gave NaN or infinity at step 1 of 5"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "cosine"})
    void ddimMapsNoiseToAGaussianOfTheRightDeviation(String schedule) {
        GaussianDiffusion process = process(schedule, "", false, false);
        Tensor start = new SeededNoise(3, 4).start(SHAPE);
        Tensor result = run(new DdimSampler(process, 0, false), gaussian(process, 0.5), start, NO_NOISE);
        for (int i = 0; i < result.size(); i++) {
            float from = start.floats().get(i);
            assertEquals(0.5 * from, result.floats().get(i), 0.03 * Math.abs(from) + 1e-3);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, 0.6, 1})
    void stochasticSamplersReachTheSameDeviation(double eta) {
        GaussianDiffusion process = process("linear", "250", false, false);
        long[] shape = {1, 3, 40, 40};
        SeededNoise noise = new SeededNoise(11);
        Sampler sampler = eta < 0 ? new DdpmSampler(process, false) : new DdimSampler(process, eta, false);
        Tensor result = run(sampler, gaussian(process, 0.5), noise.start(shape), noise);
        double squares = 0;
        for (float v : result.toFloatArray()) {
            squares += v * v;
        }
        assertEquals(0.25, squares / result.size(), 0.02);
    }

    @Test
    void stepsReportTheirStateAndOrder() {
        GaussianDiffusion process = process("linear", "ddim4", false, true);
        Tensor target = Tensor.zeros(ElementType.FLOAT32, SHAPE);
        Tensor start = new SeededNoise(1, 2).start(SHAPE);
        float[] startValues = start.toFloatArray();
        List<Float> seen = new ArrayList<>();
        Denoiser denoiser = (x, t, y) -> {
            seen.add(t.floats().get(1));
            return target;
        };
        Iterator<StepState> steps = new DdimSampler(process, 0, true).steps(denoiser, UNGUIDED, start, null, NO_NOISE);
        float[] previous = startValues;
        for (int k = 0; k < 4; k++) {
            assertTrue(steps.hasNext());
            StepState state = steps.next();
            assertEquals(k, state.step());
            assertEquals(4, state.steps());
            assertEquals(3 - k, state.index());
            assertEquals(250 * (3 - k), state.timestep());
            assertEquals(k == 3, state.last());
            assertArrayEquals(previous, state.x().toFloatArray());
            previous = state.next().toFloatArray();
        }
        assertFalse(steps.hasNext());
        assertThrows(NoSuchElementException.class, steps::next);
        assertEquals(List.of(750f, 500f, 250f, 0f), seen);
        assertArrayEquals(startValues, start.toFloatArray());
        assertArrayEquals(target.toFloatArray(), previous, 1e-6f);
    }

    @Test
    void ddpmGuidanceMovesTheMeanByVarianceTimesGradient() {
        GaussianDiffusion process = process("cosine", "10", false, false);
        Tensor start = new SeededNoise(1, 2).start(SHAPE);
        Tensor labels = Tensor.of(new long[] {3, 4}, 2);
        Denoiser denoiser = gaussian(process, 0.5);
        double scale = 40;
        ClassifierGradient classifier = (x, t, y) -> {
            assertArrayEquals(start.toFloatArray(), x.toFloatArray());
            assertEquals(999f, t.floats().get(0));
            assertArrayEquals(new long[] {3, 4}, y.toLongArray());
            return wave();
        };
        NoiseSource noise = new SeededNoise(9, 8);
        DdpmSampler sampler = new DdpmSampler(process, true);
        float[] plain = first(sampler, denoiser, Guidance.none(), start, labels, noise)
                .next()
                .toFloatArray();
        StepState guided = first(sampler, denoiser, new Guidance(classifier, scale), start, labels, noise);
        double variance = process.posteriorVariance()[9];
        for (int i = 0; i < plain.length; i++) {
            double expected = plain[i] + variance * scale * wave().floats().get(i);
            assertEquals(expected, guided.next().floats().get(i), 1e-5);
        }
    }

    @Test
    void ddimGuidanceMovesTheNoiseAndDoesNotClipAgain() {
        GaussianDiffusion process = process("linear", "ddim10", false, false);
        Tensor start = new SeededNoise(1, 2).start(SHAPE);
        Tensor labels = Tensor.of(new long[] {3, 4}, 2);
        Denoiser denoiser = gaussian(process, 0.5);
        double scale = 5;
        DdimSampler sampler = new DdimSampler(process, 0, true);
        StepState plain = first(sampler, denoiser, Guidance.none(), start, labels, NO_NOISE);
        float[] clipped = plain.predictedX0().toFloatArray();
        StepState guided = first(sampler, denoiser, new Guidance((x, t, y) -> wave(), scale), start, labels, NO_NOISE);
        double bar = process.alphasCumprod()[9];
        double previous = process.alphasCumprodPrev()[9];
        boolean beyond = false;
        for (int i = 0; i < clipped.length; i++) {
            double x = start.floats().get(i);
            double eps = (x - Math.sqrt(bar) * clipped[i]) / Math.sqrt(1 - bar)
                    - Math.sqrt(1 - bar) * scale * wave().floats().get(i);
            double x0 = (x - Math.sqrt(1 - bar) * eps) / Math.sqrt(bar);
            beyond |= Math.abs(x0) > 1.01;
            assertEquals(x0, guided.predictedX0().floats().get(i), 1e-4 * Math.max(1, Math.abs(x0)));
            double expected = Math.sqrt(previous) * x0 + Math.sqrt(1 - previous) * eps;
            assertEquals(expected, guided.next().floats().get(i), 1e-4);
        }
        assertTrue(beyond);
    }

    @Test
    void learnedVarianceLiesBetweenTheFixedOnes() {
        GaussianDiffusion process = process("cosine", "20", true, false);
        Tensor x = Tensor.zeros(ElementType.FLOAT32, 1, 1, 1, 3);
        Tensor output = Tensor.of(new float[] {0, 0, 0, -1, 0, 1}, 1, 2, 1, 3);
        Tensor logs = Tensor.zeros(ElementType.FLOAT32, 1, 1, 1, 3);
        process.logVariance(output, x, 7, logs);
        double small = process.posteriorLogVarianceClipped()[7];
        double large = Math.log(process.betas()[7]);
        assertArrayEquals(
                new float[] {(float) small, (float) ((small + large) / 2), (float) large}, logs.toFloatArray(), 1e-6f);
    }

    @Test
    void fixedVariancesAreThePosteriorsOrBeta() {
        DiffusionConfig flags = DiffusionConfig.defaults().respaced("20");
        GaussianDiffusion large = new GaussianDiffusion(flags);
        GaussianDiffusion small = process("linear", "20", false, false);
        Tensor x = Tensor.zeros(ElementType.FLOAT32, 1, 1, 1, 1);
        Tensor logs = Tensor.zeros(ElementType.FLOAT32, 1, 1, 1, 1);
        large.logVariance(x, x, 5, logs);
        assertEquals(Math.log(large.betas()[5]), logs.floats().get(0), 1e-6);
        large.logVariance(x, x, 0, logs);
        assertEquals(Math.log(large.posteriorVariance()[1]), logs.floats().get(0), 1e-6);
        small.logVariance(x, x, 5, logs);
        assertEquals(Math.log(small.posteriorVariance()[5]), logs.floats().get(0), 1e-6);
    }

    @Test
    void aNetworkWithOtherFlagsIsRefused() {
        GaussianDiffusion process = process("linear", "10", true, false);
        Tensor start = Tensor.zeros(ElementType.FLOAT32, SHAPE);
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> run(new DdpmSampler(process, true), (x, t, y) -> x, start, NO_NOISE));
        assertTrue(e.getMessage().contains("learn_sigma"), e.getMessage());
    }

    @Test
    void impossibleSettingsAreRefused() {
        GaussianDiffusion process = process("linear", "ddim10", false, false);
        assertThrows(IllegalArgumentException.class, () -> new DdimSampler(process, -0.1, true));
        assertThrows(IllegalArgumentException.class, () -> new DdimSampler(process, Double.NaN, true));
        assertThrows(IllegalArgumentException.class, () -> new DdimSampler(process, 5, true));
        assertThrows(IllegalArgumentException.class, () -> new Guidance(null, 1));
        assertThrows(IllegalArgumentException.class, () -> new Guidance((x, t, y) -> x, Double.NaN));
        Tensor start = Tensor.zeros(ElementType.FLOAT32, SHAPE);
        Guidance guidance = new Guidance((x, t, y) -> x, 1);
        assertThrows(
                IllegalArgumentException.class,
                () -> new DdimSampler(process, 0, true).steps((x, t, y) -> x, guidance, start, null, NO_NOISE));
    }

    private static StepState first(
            Sampler sampler, Denoiser denoiser, Guidance guidance, Tensor start, Tensor labels, NoiseSource noise) {
        return sampler.steps(denoiser, guidance, start, labels, noise).next();
    }

    private static Tensor wave() {
        Tensor wave = Tensor.zeros(ElementType.FLOAT32, SHAPE);
        for (int i = 0; i < wave.size(); i++) {
            wave.floats().put(i, (float) Math.sin(i));
        }
        return wave;
    }

    /** Noise is requested once per step, in order, except at the last. */
    @Test
    void onlyStepsThatAddNoiseRequestIt() {
        GaussianDiffusion process = process("linear", "5", false, false);
        Tensor start = new SeededNoise(1, 2).start(SHAPE);
        for (Sampler sampler : List.of(new DdpmSampler(process, true), new DdimSampler(process, 0.5, true))) {
            List<Integer> requested = new ArrayList<>();
            run(sampler, gaussian(process, 0.5), start, (step, noise) -> requested.add(step));
            assertEquals(List.of(0, 1, 2, 3), requested);
        }
    }

    /** DDPM, algorithm 2, line 4. */
    @Test
    void ddpmStepsAreThePosteriorsMeanPlusItsDeviationTimesNoise() {
        GaussianDiffusion process = process("cosine", "10", false, true);
        Tensor start = new SeededNoise(1, 2).start(SHAPE);
        NoiseSource noise = (step, into) -> into.floats().put(wave().floats());
        StepState state =
                first(new DdpmSampler(process, false), (x, t, y) -> wave(), Guidance.none(), start, null, noise);
        for (int i = 0; i < wave().size(); i++) {
            double mean = process.posteriorMeanCoef1()[9] * Math.sin(i)
                    + process.posteriorMeanCoef2()[9] * start.floats().get(i);
            double expected = mean + Math.sqrt(process.posteriorVariance()[9]) * Math.sin(i);
            assertEquals(expected, state.next().floats().get(i), 1e-6);
        }
    }

    /** DDIM, equation 12, with the deviation of equation 16. */
    @Test
    void ddimStepsFollowTheirEquation() {
        GaussianDiffusion process = process("linear", "ddim10", false, true);
        Tensor start = new SeededNoise(1, 2).start(SHAPE);
        double eta = 0.7;
        NoiseSource noise = (step, into) -> into.floats().put(wave().floats());
        StepState state =
                first(new DdimSampler(process, eta, false), (x, t, y) -> wave(), Guidance.none(), start, null, noise);
        double bar = process.alphasCumprod()[9];
        double previous = process.alphasCumprodPrev()[9];
        double sigma = eta * Math.sqrt((1 - previous) / (1 - bar)) * Math.sqrt(1 - bar / previous);
        for (int i = 0; i < wave().size(); i++) {
            double x0 = Math.sin(i);
            double eps = (start.floats().get(i) - Math.sqrt(bar) * x0) / Math.sqrt(1 - bar);
            double expected =
                    Math.sqrt(previous) * x0 + Math.sqrt(1 - previous - sigma * sigma) * eps + sigma * Math.sin(i);
            assertEquals(expected, state.next().floats().get(i), 1e-6);
        }
    }

    /** Between timesteps 999 and 0 nearly all noise is gone: there even an eta of 1.01 is too much. */
    @Test
    void etaIsBoundedByTheNoiseOfEachStep() {
        GaussianDiffusion process = process("linear", "2", false, false);
        assertEquals(1, new DdimSampler(process, 1, true).eta());
        String tooMuch = assertThrows(IllegalArgumentException.class, () -> new DdimSampler(process, 1.01, true))
                .getMessage();
        assertTrue(tooMuch.contains("at timestep 999"), tooMuch);
        for (double eta : new double[] {-1e-300, Double.NaN, Double.POSITIVE_INFINITY}) {
            String message = assertThrows(IllegalArgumentException.class, () -> new DdimSampler(process, eta, true))
                    .getMessage();
            assertTrue(message.contains("from 0"), message);
        }
    }

    /** The process is defined for points as well as for images. */
    @Test
    void vectorsAreSampledToo() {
        GaussianDiffusion process = process("linear", "10", false, true);
        Tensor target = Tensor.of(new float[] {0.1f, 0.2f, 0.3f, 0.4f}, 2, 2);
        Tensor result =
                run(new DdimSampler(process, 0, true), (x, t, y) -> target, Tensor.of(new float[4], 2, 2), NO_NOISE);
        assertArrayEquals(target.toFloatArray(), result.toFloatArray(), 1e-6f);
    }

    @Test
    void startAndLabelsMustFit() {
        Sampler sampler = new DdimSampler(process("linear", "10", false, true), 0, true);
        Tensor two = Tensor.of(new float[8], 2, 4);
        for (Tensor start : List.of(Tensor.of(new float[2], 2), Tensor.of(new double[8], 2, 4))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> sampler.steps((x, t, y) -> x, UNGUIDED, start, null, NO_NOISE));
        }
        for (Tensor labels : List.of(Tensor.of(new long[3], 3), Tensor.of(new long[2], 2, 1))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> sampler.steps((x, t, y) -> x, UNGUIDED, two, labels, NO_NOISE));
        }
    }
}
