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

class ReverseRunTest {
    private static final int STEPS = 6;
    private static final double SCALE = 1.5;
    private static final long[] SHAPE = {2, 3, 4, 4};

    private static final GaussianDiffusion PROCESS = new GaussianDiffusion(
            new DiffusionConfig(true, 1000, "linear", String.valueOf(STEPS), false, false, false, false, true));
    private static final Sampler DDIM = new DdimSampler(PROCESS, 0, true);
    private static final Sampler RANDOM_DDIM = new DdimSampler(PROCESS, 0.7, true);
    private static final Sampler DDPM = new DdpmSampler(PROCESS, true);

    private static Sampler sampler(String name) {
        return name.equals("ddpm") ? DDPM : name.equals("ddim") ? DDIM : RANDOM_DDIM;
    }

    private static Tensor start() {
        return new SeededNoise(3, 4).start(SHAPE);
    }

    /** Twice the channels, since the process learns its variance. */
    private static Tensor output(Tensor x, float timestep) {
        return computed(x, 2, 0.9f, 0.0001f * timestep);
    }

    private static Tensor gradient(Tensor x) {
        return computed(x, 1, -0.1f, 0.05f);
    }

    private static Tensor computed(Tensor x, int times, float factor, float shift) {
        Tensor out = Tensor.zeros(ElementType.FLOAT32, x.dim(0), times * x.dim(1), x.dim(2), x.dim(3));
        int length = x.size() / (int) x.dim(0);
        for (int i = 0; i < out.size(); i++) {
            int from = i / (times * length) * length + i % length;
            out.floats().put(i, factor * x.floats().get(from) + shift);
        }
        return out;
    }

    private static StepState advance(ReverseRun run) {
        return run.advance(output(run.x(), run.timestep()), gradient(run.x()), GuidanceSettings.of(SCALE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddim", "ddim eta", "ddpm"})
    void aRunTakesTheStepsOfTheIterator(String name) {
        Sampler sampler = sampler(name);
        SeededNoise noise = new SeededNoise(3, 4);
        Guidance guidance = new Guidance((x, t, y) -> gradient(x), SCALE);
        Iterator<StepState> expected = sampler.steps(
                (x, t, y) -> output(x, t.floats().get(0)), guidance, start(), Tensor.of(new long[2], 2), noise);
        Tensor x = start();
        ReverseRun run = sampler.begin(x, noise);
        assertArrayEquals(x.toFloatArray(), run.x().toFloatArray());
        assertEquals(STEPS, run.steps());
        for (int step = 0; step < STEPS; step++) {
            assertTrue(run.hasNext());
            assertEquals(step, run.step());
            assertEquals(PROCESS.networkTimestep(STEPS - 1 - step), run.timestep());
            StepState one = expected.next();
            StepState other = advance(run);
            assertEquals(step, other.step());
            assertEquals(step == STEPS - 1, other.last());
            assertArrayEquals(one.next().toFloatArray(), other.next().toFloatArray());
            assertArrayEquals(
                    one.predictedX0().toFloatArray(), other.predictedX0().toFloatArray());
            assertArrayEquals(other.next().toFloatArray(), run.x().toFloatArray());
        }
        assertFalse(run.hasNext());
        assertEquals(STEPS, run.step());
        assertThrows(NoSuchElementException.class, run::timestep);
        assertThrows(NoSuchElementException.class, () -> run.advance(output(x, 0), null, GuidanceSettings.NONE));
        assertArrayEquals(start().toFloatArray(), x.toFloatArray(), "the given noise was overwritten");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddim", "ddim eta", "ddpm"})
    void aRunContinuesAfterAnyStep(String name) {
        Sampler sampler = sampler(name);
        SeededNoise noise = new SeededNoise(3, 4);
        ReverseRun uncut = sampler.begin(start(), noise);
        List<Tensor> all = new ArrayList<>(List.of(start()));
        while (uncut.hasNext()) {
            all.add(Tensor.of(advance(uncut).next().toFloatArray(), SHAPE));
        }
        for (int cut = 0; cut <= STEPS; cut++) {
            ReverseRun rest = sampler.resume(cut, all.get(cut), List.of(), new SeededNoise(3, 4));
            for (int step = cut; step < STEPS; step++) {
                assertEquals(step, rest.step());
                assertArrayEquals(
                        all.get(step + 1).toFloatArray(), advance(rest).next().toFloatArray());
            }
            assertFalse(rest.hasNext());
        }
    }

    @Test
    void aStepThatFailsChangesNothing() {
        ReverseRun run = DDPM.begin(start(), new SeededNoise(3, 4));
        ReverseRun other = DDPM.begin(start(), new SeededNoise(3, 4));
        advance(run);
        advance(other);
        float[] before = run.x().toFloatArray();
        Tensor broken = gradient(run.x());
        broken.floats().put(5, Float.POSITIVE_INFINITY);
        String message = assertThrows(
                        NonFiniteOutputException.class,
                        () -> run.advance(output(run.x(), run.timestep()), broken, GuidanceSettings.of(SCALE)))
                .getMessage();
        assertTrue(message.startsWith("The classifier's gradient gave NaN or infinity at step 2 of 6"), message);
        assertEquals(1, run.step());
        assertArrayEquals(before, run.x().toFloatArray());
        assertArrayEquals(
                advance(other).next().toFloatArray(), advance(run).next().toFloatArray());
    }

    @Test
    void outputsAreNotKept() {
        ReverseRun run = RANDOM_DDIM.begin(start(), new SeededNoise(3, 4));
        ReverseRun other = RANDOM_DDIM.begin(start(), new SeededNoise(3, 4));
        for (int step = 0; step < STEPS; step++) {
            Tensor output = output(run.x(), run.timestep());
            Tensor gradient = gradient(run.x());
            float[] given = output.toFloatArray();
            run.advance(output, gradient, GuidanceSettings.of(SCALE));
            assertArrayEquals(given, output.toFloatArray());
            output.floats().put(new float[output.size()]);
            gradient.floats().put(new float[gradient.size()]);
            assertArrayEquals(advance(other).next().toFloatArray(), run.x().toFloatArray());
        }
    }

    @Test
    void whatCannotBeContinuedIsRefused() {
        SeededNoise noise = new SeededNoise(3, 4);
        assertEquals(
                "A run of 6 steps cannot go on after step 7.",
                assertThrows(IllegalArgumentException.class, () -> DDIM.resume(STEPS + 1, start(), List.of(), noise))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> DDIM.resume(-1, start(), List.of(), noise));
        assertThrows(IllegalArgumentException.class, () -> DDIM.begin(Tensor.zeros(ElementType.FLOAT64, SHAPE), noise));
        assertThrows(IllegalArgumentException.class, () -> DDIM.begin(Tensor.zeros(ElementType.FLOAT32, 2), noise));
    }
}
