package io.adm4j.restoration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Blurs against dense matrices that are put together here, pixel by pixel. */
class BlurTest {
    private static final int HEIGHT = 8;
    private static final int WIDTH = 7;
    private static final int PIXELS = HEIGHT * WIDTH;
    private static final long[] SHAPE = {2, 3, HEIGHT, WIDTH};

    /** Not separable. */
    private static final BlurKernel MOTION = new BlurKernel(3, 5, new double[] {
        4, 1, 0, 0, 0,
        0, 2, 5, 2, 0,
        0, 0, 0, 1, 3
    });

    /** Separable, and neither symmetric nor square; nothing of its singular values is cut. */
    private static final BlurKernel SLIGHT = product(new double[] {1, 9, 2}, new double[] {0, 1, 9, 0.5, 0.5});

    /** Its small singular values are cut. */
    private static final BlurKernel STRONG = BlurKernel.gaussian(1.25);

    private static BlurKernel product(double[] column, double[] row) {
        double[] weights = new double[column.length * row.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = column[i / row.length] * row[i % row.length];
        }
        return new BlurKernel(column.length, row.length, weights);
    }

    private static SeparableBlur separable(BlurKernel kernel, Border border) {
        return SeparableBlur.of(kernel, border, HEIGHT, WIDTH).orElseThrow();
    }

    static Stream<Degradation> degradations() {
        boolean[] known = new boolean[PIXELS];
        for (int i = 0; i < PIXELS; i += 3) {
            known[i] = true;
        }
        Stream<Degradation> blurs = Arrays.stream(Border.values())
                .flatMap(border ->
                        Stream.of(new Blur(MOTION, border), separable(SLIGHT, border), separable(STRONG, border)));
        return Stream.concat(blurs, Stream.of(new Masking(known), BlockSums.grayscale()));
    }

    private static Tensor random(long seed, long... shape) {
        Random random = new Random(seed);
        float[] values = new float[(int) Tensor.elements(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, shape);
    }

    /** Rows of A for one plane: what each blurred pixel has of each pixel. */
    private static double[][] dense(BlurKernel kernel, Border border) {
        double[][] matrix = new double[PIXELS][PIXELS];
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                for (int i = 0; i < kernel.height(); i++) {
                    for (int k = 0; k < kernel.width(); k++) {
                        int fromY = y + i - kernel.height() / 2;
                        int fromX = x + k - kernel.width() / 2;
                        boolean inside = fromY >= 0 && fromY < HEIGHT && fromX >= 0 && fromX < WIDTH;
                        if (!inside && border == Border.REFLECT) {
                            fromY = fromY < 0 ? -fromY : fromY >= HEIGHT ? 2 * HEIGHT - 2 - fromY : fromY;
                            fromX = fromX < 0 ? -fromX : fromX >= WIDTH ? 2 * WIDTH - 2 - fromX : fromX;
                            inside = true;
                        }
                        if (inside) {
                            matrix[y * WIDTH + x][fromY * WIDTH + fromX] += kernel.weights()[i * kernel.width() + k];
                        }
                    }
                }
            }
        }
        return matrix;
    }

    private static float[] times(double[][] matrix, float[] images) {
        float[] result = new float[images.length];
        for (int i = 0; i < images.length; i++) {
            double sum = 0;
            for (int k = 0; k < PIXELS; k++) {
                sum += matrix[i % PIXELS][k] * images[i / PIXELS * PIXELS + k];
            }
            result[i] = (float) sum;
        }
        return result;
    }

    @ParameterizedTest
    @EnumSource(Border.class)
    void aBlurIsItsDenseMatrix(Border border) {
        Tensor images = random(1, SHAPE);
        float[] values = images.toFloatArray();
        assertArrayEquals(
                times(dense(MOTION, border), values),
                new Blur(MOTION, border).measure(images).toFloatArray(),
                1e-6f);
        for (BlurKernel kernel : new BlurKernel[] {SLIGHT, STRONG}) {
            float[] expected = times(dense(kernel, border), values);
            assertArrayEquals(
                    expected, separable(kernel, border).measure(images).toFloatArray(), 1e-6f);
            assertArrayEquals(expected, new Blur(kernel, border).measure(images).toFloatArray(), 1e-6f);
        }
    }

    @ParameterizedTest
    @MethodSource("degradations")
    void theTransposeIsTheAdjoint(Degradation degradation) {
        Tensor x = random(2, SHAPE);
        Tensor ax = degradation.measure(x);
        Tensor y = random(3, ax.shape());
        assertEquals(dot(ax, y), dot(x, degradation.transpose(y)), 1e-5);
    }

    private static double dot(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += (double) a.floats().get(i) * b.floats().get(i);
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource(Border.class)
    void whatIsNotCutOfABlurIsUndone(Border border) {
        Tensor images = random(4, SHAPE);
        SeparableBlur slight = separable(SLIGHT, border);
        Tensor blurred = slight.measure(images);
        Tensor found = slight.pseudoInverse(blurred);
        assertArrayEquals(blurred.toFloatArray(), slight.measure(found).toFloatArray(), 1e-5f);
        assertArrayEquals(images.toFloatArray(), found.toFloatArray(), 1e-4f);

        SeparableBlur strong = separable(STRONG, border);
        Tensor part = strong.pseudoInverse(images);
        float largest = 0;
        for (float value : part.toFloatArray()) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertArrayEquals(
                part.toFloatArray(), strong.pseudoInverse(strong.measure(part)).toFloatArray(), 1e-4f * largest);
    }

    /** V f(s) V' of all singular values above 0 is the projection A+ A. */
    @ParameterizedTest
    @EnumSource(Border.class)
    void theDecompositionIsThatOfTheBlur(Border border) {
        SeparableBlur blur = separable(STRONG, border);
        Tensor images = random(5, SHAPE);
        Tensor projected = images.copy();
        List<Double> singulars = new ArrayList<>();
        blur.scale(projected, singular -> {
            singulars.add(singular);
            return singular == 0 ? 0 : 1;
        });
        assertTrue(singulars.contains(0.0), "small singular values are cut");
        assertTrue(singulars.stream().allMatch(s -> s == 0 || s >= 0.03 * 0.03), "and all of them");
        assertArrayEquals(blur.pseudoInverse(blur.measure(images)).toFloatArray(), projected.toFloatArray(), 1e-4f);
        // A' A = V s^2 V' where nothing is cut.
        SeparableBlur slight = separable(SLIGHT, border);
        Tensor squared = images.copy();
        slight.scale(squared, singular -> singular * singular);
        assertArrayEquals(slight.transpose(slight.measure(images)).toFloatArray(), squared.toFloatArray(), 1e-5f);
        Tensor composed = images.copy();
        slight.compose(composed, singular -> 1);
        assertEquals(dot(images, images), dot(composed, composed), 1e-4);
    }

    @Test
    void aKernelIsSeparableUpToRounding() {
        assertTrue(MOTION.factors().isEmpty());
        double[] levels = Arrays.stream(BlurKernel.gaussian(0.8).weights())
                .map(weight -> Math.rint(weight * 1000))
                .toArray();
        assertTrue(new BlurKernel(7, 7, levels).factors().isPresent());
        double[][] factors = SLIGHT.factors().orElseThrow();
        assertArrayEquals(new double[] {1 / 12.0, 9 / 12.0, 2 / 12.0}, factors[0], 1e-12);
        assertArrayEquals(new double[] {0, 1 / 11.0, 9 / 11.0, 0.5 / 11, 0.5 / 11}, factors[1], 1e-12);
    }

    @Test
    void aGaussianHasItsDeviation() {
        BlurKernel kernel = BlurKernel.gaussian(1.5);
        assertEquals(13, kernel.width());
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < kernel.weights().length; i++) {
            double x = i % kernel.width() - 6;
            sum += kernel.weights()[i];
            squares += x * x * kernel.weights()[i];
        }
        assertEquals(1, sum, 1e-12);
        assertEquals(1.5, Math.sqrt(squares), 0.001);
    }

    @Test
    void whatIsNoKernelIsRefused() {
        double[] four = {1, 1, 1, 1};
        assertRefused("odd", () -> new BlurKernel(2, 2, four));
        assertRefused("4 numbers", () -> new BlurKernel(1, 3, four));
        assertRefused("at least 0", () -> new BlurKernel(1, 3, new double[] {1, -1, 1}));
        assertRefused("at least 0", () -> new BlurKernel(1, 1, new double[] {Double.NaN}));
        assertRefused("sum", () -> new BlurKernel(1, 3, new double[3]));
        assertThrows(
                IllegalArgumentException.class,
                () -> separable(SLIGHT, Border.ZERO).measure(random(1, 1, 1, 4, 4)));
    }

    private static void assertRefused(String part, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }
}
