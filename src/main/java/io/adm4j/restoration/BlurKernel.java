package io.adm4j.restoration;

import java.util.Arrays;
import java.util.Optional;

/**
 * How much of each neighbor a blurred pixel has. The middle weighs the pixel itself, and what is right of the middle weighs the neighbor
 * on the right, as the convolutions of neural networks do.
 *
 * @param height odd
 * @param width odd
 * @param weights row by row, at least 0; divided by their sum
 */
public record BlurKernel(int height, int width, double[] weights) {
    /** A Gaussian is cut off at this many standard deviations. */
    private static final double GAUSSIAN_ENDS = 4;

    /** Of the largest singular value: what rounding to the levels of an image file makes of a separable kernel. */
    private static final double ROUNDING = 0.01;

    /** @throws IllegalArgumentException with a sentence for users if the numbers are no kernel */
    public BlurKernel {
        if (height % 2 == 0 || width % 2 == 0) {
            throw new IllegalArgumentException(
                    "A kernel has an odd number of rows and columns, not " + height + "x" + width + ".");
        }
        if (weights.length != height * width) {
            throw new IllegalArgumentException(
                    "A kernel of " + height + "x" + width + " has not " + weights.length + " numbers.");
        }
        for (double weight : weights) {
            if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("The numbers of a kernel are at least 0, not " + weight + ".");
            }
        }
        double sum = Arrays.stream(weights).sum();
        if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("The sum of a kernel is above 0, not " + sum + ".");
        }
        weights = Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }

    /**
     * A Gaussian.
     *
     * @param sigma its standard deviation in pixels, above 0
     */
    public static BlurKernel gaussian(double sigma) {
        int radius = (int) Math.ceil(GAUSSIAN_ENDS * sigma - 0.5);
        int side = 2 * radius + 1;
        double[] weights = new double[side * side];
        for (int i = 0; i < weights.length; i++) {
            double y = i / side - radius;
            double x = i % side - radius;
            weights[i] = Math.exp(-(x * x + y * y) / (2 * sigma * sigma));
        }
        return new BlurKernel(side, side, weights);
    }

    /** A column and a row, each of the sum 1, whose product the kernel is; none if it is not separable. */
    Optional<double[][]> factors() {
        double[][] rows = new double[height][];
        for (int y = 0; y < height; y++) {
            rows[y] = Arrays.copyOfRange(weights, y * width, (y + 1) * width);
        }
        SingularValues values = SingularValues.of(rows);
        double[] s = values.s();
        int largest = 0;
        for (int i = 1; i < s.length; i++) {
            largest = s[i] > s[largest] ? i : largest;
        }
        for (int i = 0; i < s.length; i++) {
            if (i != largest && s[i] > ROUNDING * s[largest]) {
                return Optional.empty();
            }
        }
        return Optional.of(new double[][] {ofSumOne(values.u()[largest]), ofSumOne(values.v()[largest])});
    }

    private static double[] ofSumOne(double[] vector) {
        double sum = Arrays.stream(vector).sum();
        return Arrays.stream(vector).map(value -> value / sum).toArray();
    }
}
