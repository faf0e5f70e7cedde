package io.adm4j.restoration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adm4j.diffusion.Denoiser;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.Guidance;
import io.adm4j.diffusion.NoiseSource;
import io.adm4j.diffusion.StepState;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every restoration keeps of the measurement. */
class NullSpaceRestorationTest {
    private static final GaussianDiffusion PROCESS =
            new GaussianDiffusion(DiffusionConfig.fromJson(JsonNodeFactory.instance.objectNode()));
    private static final long[] SHAPE = {2, 3, 4, 4};

    /** Any function of its input will do: the measurement holds whatever the network says. */
    private static final Denoiser DENOISER = (x, t, y) -> {
        float[] values = x.toFloatArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(2 * values[i] + t.floats().get(0) / 300);
        }
        return Tensor.of(values, x.shape());
    };

    private static Tensor random(long seed, long... shape) {
        Random random = new Random(seed);
        float[] values = new float[(int) Tensor.elements(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, shape);
    }

    private static NoiseSource noise() {
        return (draw, noise) -> {
            for (int n = 0; n < noise.dim(0); n++) {
                noise.rows(n, n + 1).floats().put(random(draw, 1, 3, 4, 4).floats());
            }
        };
    }

    private static Tensor restore(NullSpaceRestoration restoration, DecomposedDegradation degradation, Tensor image) {
        Iterator<StepState> steps = restoration
                .sampler(degradation, degradation.measure(image))
                .steps(DENOISER, Guidance.none(), random(7, image.dim(0), 3, 4, 4), null, noise());
        Tensor result = null;
        while (steps.hasNext()) {
            result = steps.next().next();
        }
        return result;
    }

    static Stream<DecomposedDegradation> degradations() {
        boolean[] known = new boolean[16];
        for (int i = 0; i < 16; i += 3) {
            known[i] = true;
        }
        return Stream.of(
                new Masking(known),
                Masking.none(4, 4),
                BlockSums.averages(2),
                BlockSums.averages(4),
                BlockSums.grayscale(),
                SeparableBlur.of(BlurKernel.gaussian(0.5), Border.ZERO, 4, 4).orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("degradations")
    void whatWasMeasuredWithoutNoiseIsKept(DecomposedDegradation degradation) {
        Tensor image = random(1, SHAPE);
        for (TimeTravel travel : List.of(TimeTravel.NONE, new TimeTravel(2, 3))) {
            Tensor result = restore(new NullSpaceRestoration(PROCESS, 10, 0, 0.85, travel), degradation, image);
            assertArrayEquals(
                    degradation.measure(image).toFloatArray(),
                    degradation.measure(result).toFloatArray(),
                    1e-4f);
        }
    }

    @Test
    void withAllPixelsKnownTheInputComesBack() {
        Tensor image = random(1, SHAPE);
        NullSpaceRestoration restoration = new NullSpaceRestoration(PROCESS, 5, 0, 0.85, TimeTravel.NONE);
        assertArrayEquals(
                image.toFloatArray(),
                restore(restoration, Masking.none(4, 4), image).toFloatArray(),
                1e-5f);
    }

    @ParameterizedTest
    @MethodSource("degradations")
    void theOperatorIsTheOneOfItsSingularValues(DecomposedDegradation degradation) {
        Tensor image = random(3, SHAPE);
        Tensor known = degradation.pseudoInverse(degradation.measure(image));
        Tensor scaled = Tensor.of(image.toFloatArray(), SHAPE);
        degradation.scale(scaled, singular -> singular == 0 ? 0 : 1);
        assertArrayEquals(known.toFloatArray(), scaled.toFloatArray(), 1e-5f);
        // V keeps lengths: it is orthogonal.
        Tensor composed = Tensor.of(image.toFloatArray(), SHAPE);
        degradation.compose(composed, singular -> 1);
        assertEquals(squares(image), squares(composed), 1e-3);
    }

    private static double squares(Tensor tensor) {
        double sum = 0;
        for (float value : tensor.toFloatArray()) {
            sum += value * value;
        }
        return sum;
    }

    @ParameterizedTest
    @MethodSource("degradations")
    void anImageDoesNotDependOnItsBatch(DecomposedDegradation degradation) {
        Tensor image = random(1, SHAPE);
        NullSpaceRestoration restoration = new NullSpaceRestoration(PROCESS, 10, 0.2, 0.85, new TimeTravel(1, 2));
        Tensor both = restore(restoration, degradation, image);
        Tensor first = restore(restoration, degradation, image.rows(0, 1));
        assertArrayEquals(both.rows(0, 1).toFloatArray(), first.toFloatArray());
    }

    @Test
    void timeTravelTakesStepsAgain() {
        assertEquals(List.of(3, 2, 1, 0, -1), TimeTravel.NONE.order(4));
        assertEquals(List.of(3, 2, 3, 2, 1, 2, 1, 0, 1, 0, -1), new TimeTravel(1, 2).order(4));
        assertEquals(List.of(3, 2, 1, 0, 1, 2, 1, 0, -1), new TimeTravel(2, 2).order(4));
        for (TimeTravel travel :
                List.of(TimeTravel.NONE, new TimeTravel(1, 3), new TimeTravel(2, 2), new TimeTravel(9, 2))) {
            for (int steps = 1; steps < 12; steps++) {
                assertEquals(travel.sequence(steps).size(), travel.evaluations(steps), travel + " " + steps);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new TimeTravel(0, 1));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new NullSpaceRestoration(PROCESS, 7, 0, 0, TimeTravel.NONE));
        assertThrows(
                IllegalArgumentException.class, () -> new NullSpaceRestoration(PROCESS, 10, -1, 0, TimeTravel.NONE));
        assertThrows(IllegalArgumentException.class, () -> BlockSums.averages(3).measure(random(1, SHAPE)));
        assertThrows(IllegalArgumentException.class, () -> BlockSums.averages(1));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Masking(new boolean[9]).measure(Tensor.zeros(ElementType.FLOAT32, SHAPE)));
    }
}
