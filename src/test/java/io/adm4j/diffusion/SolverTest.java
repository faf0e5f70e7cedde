package io.adm4j.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The solvers on processes whose exact flow is known, and what holds for all of them. */
class SolverTest {
    private static final NoiseSource NO_NOISE = (step, noise) -> {
        throw new AssertionError("A solver adds no noise.");
    };

    /** Standard deviation of the data, which is one Gaussian. */
    private static final double SPREAD = 0.3;

    private static GaussianDiffusion process(String schedule) {
        return new GaussianDiffusion(
                DiffusionConfig.fromJson(JsonNodeFactory.instance.objectNode().put("noise_schedule", schedule)));
    }

    private static Sampler solver(String name, int order, int steps, SkipType skipType, Thresholding thresholding) {
        GaussianDiffusion process = process("linear");
        return switch (name) {
            case "dpm" -> new DpmSolver(process, false, steps, order, false, skipType, thresholding);
            case "dpm-single" -> new DpmSolver(process, false, steps, order, true, skipType, thresholding);
            case "dpm++" -> new DpmSolver(process, true, steps, order, false, skipType, thresholding);
            case "dpm++-single" -> new DpmSolver(process, true, steps, order, true, skipType, thresholding);
            case "unipc-bh1" ->
                new UniPcSampler(process, steps, order, skipType, thresholding, UniPcSampler.Variant.BH1);
            case "unipc-bh2" ->
                new UniPcSampler(process, steps, order, skipType, thresholding, UniPcSampler.Variant.BH2);
            default -> throw new IllegalArgumentException(name);
        };
    }

    static Stream<Arguments> solvers() {
        return Stream.of("dpm", "dpm-single", "dpm++", "dpm++-single", "unipc-bh1", "unipc-bh2")
                .flatMap(name -> Stream.of(1, 2, 3).map(order -> Arguments.of(name, order)));
    }

    /** The denoiser of that data: eps = sigma x / (alpha^2 spread^2 + sigma^2). */
    private static Tensor gaussian(Tensor x, Tensor timesteps) {
        ContinuousSchedule schedule = process("linear").continuous();
        double time = timesteps.floats().get(0) / 1000.0 + schedule.first();
        double alpha = schedule.alpha(time);
        double sigma = schedule.sigma(time);
        float[] eps = x.toFloatArray();
        for (int i = 0; i < eps.length; i++) {
            eps[i] *= (float) (sigma / (alpha * alpha * SPREAD * SPREAD + sigma * sigma));
        }
        return Tensor.of(eps, x.shape());
    }

    private static Tensor run(Sampler sampler, Denoiser denoiser, Tensor start) {
        Iterator<StepState> steps = sampler.steps(denoiser, Guidance.none(), start, null, NO_NOISE);
        Tensor last = start;
        while (steps.hasNext()) {
            last = steps.next().next();
        }
        return last;
    }

    private static double error(String name, int order, int steps) {
        Tensor start = Tensor.of(new float[] {1}, 1, 1);
        ContinuousSchedule schedule = process("linear").continuous();
        double exact = deviation(schedule, schedule.first()) / deviation(schedule, 1);
        Tensor found = run(
                solver(name, order, steps, SkipType.LOG_SNR, Thresholding.NONE), (x, t, y) -> gaussian(x, t), start);
        return Math.abs(found.floats().get(0) / exact - 1);
    }

    private static double deviation(ContinuousSchedule schedule, double time) {
        double signal = schedule.alpha(time) * SPREAD;
        double noise = schedule.sigma(time);
        return Math.sqrt(signal * signal + noise * noise);
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void theErrorFallsWithTheOrderAsStepsDouble(String name, int order) {
        // Multistep runs begin with lower orders, whose error falls more slowly.
        int steps = 12;
        double coarse = error(name, order, steps);
        double fine = error(name, order, 2 * steps);
        double gained = Math.log(coarse / fine) / Math.log(2);
        assertTrue(gained > order - 0.75, name + " of order " + order + ": " + coarse + ", " + fine + ", " + gained);
    }

    @Test
    void orderOneIsDdim() {
        Tensor start = Tensor.of(new float[] {1.5f, -0.3f, 0.2f, 2}, 1, 4);
        GaussianDiffusion respaced =
                new GaussianDiffusion(process("linear").config().respaced("10"));
        Denoiser denoiser = (x, t, y) -> {
            float[] values = x.toFloatArray();
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(3 * values[i] + t.floats().get(0) / 500);
            }
            return Tensor.of(values, x.shape());
        };
        List<Tensor> expected = new ArrayList<>();
        Iterator<StepState> ddim =
                new DdimSampler(respaced, 0, true).steps(denoiser, Guidance.none(), start, null, NO_NOISE);
        while (ddim.hasNext()) {
            expected.add(Tensor.of(ddim.next().next().toFloatArray(), 1, 4));
        }
        for (String name : List.of("dpm", "dpm-single", "dpm++", "dpm++-single")) {
            Iterator<StepState> steps = solver(name, 1, 9, SkipType.TIME_UNIFORM, Thresholding.STATIC)
                    .steps(denoiser, Guidance.none(), start, null, NO_NOISE);
            for (int i = 0; i < 9; i++) {
                // The last step of DDIM goes beyond the timestep with the least noise.
                assertArrayEquals(
                        expected.get(i).toFloatArray(), steps.next().next().toFloatArray(), 2e-5f, name);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void aRunContinuesFromAnyStepAndEveryImageIsByItself(String name, int order) {
        Thresholding dynamic = new Thresholding(Thresholding.Kind.DYNAMIC, 0.9);
        Sampler sampler = solver(name, order, 7, SkipType.TIME_UNIFORM, dynamic);
        Tensor start = Tensor.of(new float[] {3, -0.3f, 0.2f, 2, -1, 0.5f}, 2, 3);
        GuidanceSettings guidance = new GuidanceSettings(2, 100, 900, 0.7);
        List<float[]> states = new ArrayList<>();
        ReverseRun whole = sampler.begin(start, NO_NOISE);
        List<ReverseRun> cut = new ArrayList<>();
        while (whole.hasNext()) {
            cut.add(sampler.resume(whole.step(), whole.x(), whole.memory(), NO_NOISE));
            advance(whole, guidance);
            states.add(whole.x().toFloatArray());
        }
        assertEquals(7, states.size());
        for (int from = 0; from < cut.size(); from++) {
            ReverseRun rest = cut.get(from);
            for (int step = from; step < 7; step++) {
                advance(rest, guidance);
                assertArrayEquals(states.get(step), rest.x().toFloatArray(), name + " from " + from);
            }
        }
        ReverseRun second = sampler.begin(start.rows(1, 2), NO_NOISE);
        while (second.hasNext()) {
            advance(second, guidance);
        }
        assertArrayEquals(whole.x().rows(1, 2).toFloatArray(), second.x().toFloatArray());
        assertThrows(IllegalArgumentException.class, () -> sampler.resume(2, start, List.of(), NO_NOISE));
    }

    private static void advance(ReverseRun run, GuidanceSettings guidance) {
        float[] eps = run.x().toFloatArray();
        float[] gradient = run.x().toFloatArray();
        for (int i = 0; i < eps.length; i++) {
            eps[i] = (float) Math.sin(eps[i] + run.timestep() / 700);
            gradient[i] = (float) Math.cos(2 * gradient[i]);
        }
        Tensor pull = guidance.activeAt(run.trainedTimestep())
                ? Tensor.of(gradient, run.x().shape())
                : null;
        run.advance(Tensor.of(eps, run.x().shape()), pull, guidance);
    }

    @Test
    void guidanceOutsideItsIntervalIsNeverAsked() {
        List<Float> asked = new ArrayList<>();
        ClassifierGradient classifier = (x, t, y) -> {
            asked.add(t.floats().get(0));
            return Tensor.zeros(ElementType.FLOAT32, x.shape());
        };
        Guidance guidance = new Guidance(classifier, new GuidanceSettings(3, 200, 700, 0));
        Iterator<StepState> steps = solver("dpm++", 2, 10, SkipType.TIME_UNIFORM, Thresholding.STATIC)
                .steps((x, t, y) -> gaussian(x, t), guidance, Tensor.of(new float[] {1}, 1, 1), labels(), NO_NOISE);
        while (steps.hasNext()) {
            steps.next();
        }
        assertEquals(5, asked.size());
        asked.forEach(t -> assertTrue(t >= 200 && t <= 700));
    }

    private static Tensor labels() {
        return Tensor.of(new long[] {0}, 1);
    }

    @Test
    void rescalingKeepsTheDeviationOfTheNoise() {
        float[] eps = {1, -2, 0.5f, 3};
        Tensor gradient = Tensor.of(new float[] {4, 1, -6, 2}, 1, 4);
        for (double rescale : new double[] {0, 0.5, 1}) {
            ClassifierPull pull = new ClassifierPull(gradient, new GuidanceSettings(5, 0, 999, rescale));
            double factor = pull.rescaling(0, 4, i -> eps[i], 0.8);
            double[] guided = new double[4];
            for (int i = 0; i < 4; i++) {
                guided[i] = eps[i] - 0.8 * gradient.floats().get(i);
            }
            double share = deviation(eps[0], eps[1], eps[2], eps[3]) / deviation(guided);
            assertEquals(rescale * share + 1 - rescale, factor, 1e-12);
        }
    }

    private static double deviation(double... values) {
        double mean = Stream.of(values[0], values[1], values[2], values[3])
                .mapToDouble(v -> v)
                .average()
                .orElseThrow();
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / values.length);
    }

    @Test
    void thresholdingIsStaticOrByAQuantileOfEachImage() {
        float[] values = {0.5f, -3, 2, 0.1f, 0.2f, -0.3f};
        Tensor clipped = Tensor.of(values.clone(), 2, 3);
        Thresholding.STATIC.apply(clipped);
        assertArrayEquals(new float[] {0.5f, -1, 1, 0.1f, 0.2f, -0.3f}, clipped.toFloatArray());
        Tensor dynamic = Tensor.of(values.clone(), 2, 3);
        new Thresholding(Thresholding.Kind.DYNAMIC, 0.75).apply(dynamic);
        // The quantile of 0.5, 2, 3 is 2.5; the second image lies within [-1, 1].
        assertArrayEquals(new float[] {0.2f, -1, 0.8f, 0.1f, 0.2f, -0.3f}, dynamic.toFloatArray(), 1e-7f);
        assertThrows(IllegalArgumentException.class, () -> new Thresholding(Thresholding.Kind.DYNAMIC, 0));
    }

    @Test
    void ordersAndStepsThatDoNotExistAreRefused() {
        assertEquals(
                "A solver of order 3 needs at least 3 steps, not 2.",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> solver("dpm++", 3, 2, SkipType.LOG_SNR, Thresholding.NONE))
                        .getMessage());
        assertThrows(
                IllegalArgumentException.class, () -> solver("unipc-bh2", 4, 9, SkipType.LOG_SNR, Thresholding.NONE));
        assertThrows(IllegalArgumentException.class, () -> new GuidanceSettings(1, 5, 4, 0));
        assertThrows(IllegalArgumentException.class, () -> new GuidanceSettings(1, 0, 4, 1.1));
    }

    /** Encoding and sampling back: how far the image is missed. */
    private static double missed(int refinements) {
        GaussianDiffusion respaced =
                new GaussianDiffusion(process("linear").config().respaced("50"));
        Tensor image = Tensor.of(new float[] {0.7f, -0.4f}, 2, 1);
        Denoiser denoiser = (x, t, y) -> gaussian(x, t);
        Tensor noise = run(new DdimInversion(respaced, Thresholding.NONE, refinements), denoiser, image);
        Tensor back = run(new DdimSampler(respaced, 0, Thresholding.NONE), denoiser, noise);
        return Math.abs(back.floats().get(0) - 0.7) + Math.abs(back.floats().get(1) + 0.4);
    }

    @Test
    void refinedEncodingsLeadBackMoreExactly() {
        assertTrue(missed(1) < 0.2 * missed(0), missed(1) + " against " + missed(0));
        assertTrue(missed(3) < 1.01 * missed(1), missed(3) + " against " + missed(1));
    }
}
