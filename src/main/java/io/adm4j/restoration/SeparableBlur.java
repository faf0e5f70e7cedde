package io.adm4j.restoration;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * A blur with a kernel that is the product of a column and a row: the blur down the columns of an image and the one along its rows each
 * have a small matrix, and the singular values are the products of theirs. As in the published code of DDNM, singular values of a matrix
 * below 0.03 count as 0 in everything but {@link #measure} and {@link #transpose}: what a blur leaves so little of would bring more
 * noise back than image.
 */
public final class SeparableBlur implements DecomposedDegradation {
    private static final double LEAST = 0.03;

    private final Axis down;
    private final Axis along;

    private SeparableBlur(Axis down, Axis along) {
        this.down = down;
        this.along = along;
    }

    /**
     * The blur of images of one size.
     *
     * @param kernel less than two images high and wide
     * @return none if the kernel is not separable, up to rounding
     */
    public static Optional<SeparableBlur> of(BlurKernel kernel, Border border, int height, int width) {
        return kernel.factors()
                .map(factors ->
                        new SeparableBlur(Axis.of(factors[0], border, height), Axis.of(factors[1], border, width)));
    }

    /**
     * The blur of one axis; matrices as rows.
     *
     * @param matrix from pixels to blurred pixels
     * @param inverse its pseudo-inverse
     * @param s singular values
     * @param v columns are the singular vectors of pixels
     */
    private record Axis(double[][] matrix, double[][] inverse, double[] s, double[][] v) {
        static Axis of(double[] weights, Border border, int size) {
            double[][] matrix = new double[size][size];
            for (int place = 0; place < size; place++) {
                for (int i = 0; i < weights.length; i++) {
                    int pixel = border.pixel(place + i - weights.length / 2, size);
                    if (pixel != Border.NONE) {
                        matrix[place][pixel] += weights[i];
                    }
                }
            }
            SingularValues values = SingularValues.of(matrix);
            double[] s = Arrays.stream(values.s())
                    .map(value -> value < LEAST ? 0 : value)
                    .toArray();
            double[][] inverse = new double[size][size];
            for (int value = 0; value < size; value++) {
                for (int i = 0; i < size && s[value] > 0; i++) {
                    for (int k = 0; k < size; k++) {
                        inverse[i][k] += values.v()[value][i] / s[value] * values.u()[value][k];
                    }
                }
            }
            return new Axis(matrix, inverse, s, SingularValues.transpose(values.v()));
        }
    }

    @Override
    public Tensor measure(Tensor images) {
        return product(down.matrix, along.matrix, images);
    }

    @Override
    public Tensor transpose(Tensor measured) {
        return product(SingularValues.transpose(down.matrix), SingularValues.transpose(along.matrix), measured);
    }

    @Override
    public Tensor pseudoInverse(Tensor measured) {
        return product(down.inverse, along.inverse, measured);
    }

    /** The blurred images themselves. */
    @Override
    public Tensor read(Tensor damaged) {
        return damaged.copy();
    }

    /** The blurred images themselves. */
    @Override
    public Tensor show(Tensor measured) {
        return measured.copy();
    }

    @Override
    public void scale(Tensor images, DoubleUnaryOperator factor) {
        Tensor parts = product(SingularValues.transpose(down.v), SingularValues.transpose(along.v), images);
        compose(parts, factor);
        images.floats().put(parts.floats());
    }

    @Override
    public void compose(Tensor parts, DoubleUnaryOperator factor) {
        FloatBuffer values = parts.floats();
        for (int i = 0; i < values.capacity(); i++) {
            double singular = down.s[i / along.s.length % down.s.length] * along.s[i % along.s.length];
            values.put(i, (float) (values.get(i) * factor.applyAsDouble(singular)));
        }
        parts.floats().put(product(down.v, along.v, parts).floats());
    }

    /** Multiplies the columns of each plane by one matrix and its rows by another. */
    private static Tensor product(double[][] ofColumns, double[][] ofRows, Tensor images) {
        int height = ofColumns.length;
        int width = ofRows.length;
        if (images.rank() != 4 || images.dim(2) != height || images.dim(3) != width) {
            throw new IllegalArgumentException(
                    "A blur of images of " + height + "x" + width + " pixels does not fit " + images + ".");
        }
        Tensor result = Tensor.zeros(ElementType.FLOAT32, images.shape());
        FloatBuffer from = images.floats();
        FloatBuffer to = result.floats();
        double[] row = new double[width];
        for (int first = 0; first < from.capacity(); first += height * width) {
            for (int y = 0; y < height; y++) {
                Arrays.fill(row, 0);
                for (int k = 0; k < height; k++) {
                    for (int x = 0; x < width; x++) {
                        row[x] += ofColumns[y][k] * from.get(first + k * width + x);
                    }
                }
                for (int x = 0; x < width; x++) {
                    double sum = 0;
                    for (int k = 0; k < width; k++) {
                        sum += ofRows[x][k] * row[k];
                    }
                    to.put(first + y * width + x, (float) sum);
                }
            }
        }
        return result;
    }
}
