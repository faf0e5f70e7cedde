package io.adm4j.restoration;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Each measured value is a weighted sum of one block of values: of the channels of a pixel for a grayscale image, of a square of
 * pixels for a smaller image. A block has one singular value, the norm of its weights; its other directions are not measured.
 */
public final class BlockSums implements DecomposedDegradation {
    /** How the published code weighs red, green and blue. */
    private static final double[] GRAY = {0.3333, 0.3334, 0.3333};

    private final double[] weights;
    private final int blockChannels;
    private final int blockSize;

    /** V of a block: the reflection that turns the weights to the first axis. */
    private final double[][] v;

    private BlockSums(double[] weights, int blockChannels, int blockSize) {
        this.weights = weights;
        this.blockChannels = blockChannels;
        this.blockSize = blockSize;
        this.v = reflection(weights);
    }

    /** Grayscale images of three channels. */
    public static BlockSums grayscale() {
        return new BlockSums(GRAY, GRAY.length, 1);
    }

    /**
     * Images that are smaller by area averaging.
     *
     * @param factor how many times, at least 2; it must divide the images' height and width
     */
    public static BlockSums averages(int factor) {
        if (factor < 2) {
            throw new IllegalArgumentException("Images are reduced at least 2 times, not " + factor + ".");
        }
        double[] weights = new double[factor * factor];
        Arrays.fill(weights, 1.0 / weights.length);
        return new BlockSums(weights, 1, factor);
    }

    /** The orthogonal matrix I - &tau; u u&#7488; that linear algebra libraries take for the right singular vectors of one row. */
    private static double[][] reflection(double[] row) {
        double norm = norm(row);
        double turned = -Math.copySign(norm, row[0]);
        double tau = (turned - row[0]) / turned;
        double[] u = new double[row.length];
        for (int i = 0; i < row.length; i++) {
            u[i] = i == 0 ? 1 : row[i] / (row[0] - turned);
        }
        double[][] matrix = new double[row.length][row.length];
        for (int i = 0; i < row.length; i++) {
            for (int k = 0; k < row.length; k++) {
                matrix[i][k] = (i == k ? 1 : 0) - tau * u[i] * u[k];
            }
        }
        return matrix;
    }

    private static double norm(double[] row) {
        return Math.sqrt(Arrays.stream(row).map(value -> value * value).sum());
    }

    @Override
    public Tensor measure(Tensor images) {
        Blocks blocks = new Blocks(images.shape());
        FloatBuffer values = images.floats();
        Tensor measured = Tensor.zeros(
                ElementType.FLOAT32,
                images.dim(0),
                blocks.groups,
                images.dim(2) / blockSize,
                images.dim(3) / blockSize);
        FloatBuffer sums = measured.floats();
        for (int block = 0; block < blocks.count; block++) {
            double sum = 0;
            for (int i = 0; i < weights.length; i++) {
                sum += weights[i] * values.get(blocks.place(block, i));
            }
            sums.put(block, (float) sum);
        }
        return measured;
    }

    /** Small images themselves; of images of one block a pixel, its sum. */
    @Override
    public Tensor read(Tensor damaged) {
        return blockSize == 1 ? measure(damaged) : damaged.copy();
    }

    @Override
    public Tensor pseudoInverse(Tensor measured) {
        return spread(measured, 1 / (norm(weights) * norm(weights)));
    }

    @Override
    public Tensor transpose(Tensor measured) {
        return spread(measured, 1);
    }

    private Tensor spread(Tensor measured, double factor) {
        Tensor images = Tensor.zeros(
                ElementType.FLOAT32,
                measured.dim(0),
                measured.dim(1) * blockChannels,
                measured.dim(2) * blockSize,
                measured.dim(3) * blockSize);
        Blocks blocks = new Blocks(images.shape());
        FloatBuffer sums = measured.floats();
        FloatBuffer values = images.floats();
        for (int block = 0; block < blocks.count; block++) {
            for (int i = 0; i < weights.length; i++) {
                values.put(blocks.place(block, i), (float) (weights[i] * factor * sums.get(block)));
            }
        }
        return images;
    }

    @Override
    public void scale(Tensor images, DoubleUnaryOperator factor) {
        double ofMeasured = factor.applyAsDouble(norm(weights));
        double ofOthers = factor.applyAsDouble(0);
        Blocks blocks = new Blocks(images.shape());
        FloatBuffer values = images.floats();
        double square = norm(weights) * norm(weights);
        for (int block = 0; block < blocks.count; block++) {
            double sum = 0;
            for (int i = 0; i < weights.length; i++) {
                sum += weights[i] * values.get(blocks.place(block, i));
            }
            for (int i = 0; i < weights.length; i++) {
                double measured = weights[i] / square * sum;
                int place = blocks.place(block, i);
                values.put(place, (float) (ofOthers * values.get(place) + (ofMeasured - ofOthers) * measured));
            }
        }
    }

    @Override
    public void compose(Tensor parts, DoubleUnaryOperator factor) {
        double ofMeasured = factor.applyAsDouble(norm(weights));
        double ofOthers = factor.applyAsDouble(0);
        Blocks blocks = new Blocks(parts.shape());
        FloatBuffer values = parts.floats();
        double[] scaled = new double[weights.length];
        for (int block = 0; block < blocks.count; block++) {
            for (int i = 0; i < weights.length; i++) {
                scaled[i] = (i == 0 ? ofMeasured : ofOthers) * values.get(blocks.place(block, i));
            }
            for (int i = 0; i < weights.length; i++) {
                double sum = 0;
                for (int k = 0; k < weights.length; k++) {
                    sum += v[i][k] * scaled[k];
                }
                values.put(blocks.place(block, i), (float) sum);
            }
        }
    }

    /** Where the values of each block are, blocks in the order of the measurements. */
    private final class Blocks {
        private final int groups;
        private final int height;
        private final int width;
        private final int count;

        Blocks(long[] shape) {
            if (shape.length != 4
                    || shape[1] % blockChannels != 0
                    || shape[2] % blockSize != 0
                    || shape[3] % blockSize != 0) {
                throw new IllegalArgumentException("Images of shape " + Arrays.toString(shape)
                        + " are not made of blocks of " + blockChannels + " channels and " + blockSize + "x" + blockSize
                        + " pixels.");
            }
            this.groups = (int) shape[1] / blockChannels;
            this.height = (int) shape[2];
            this.width = (int) shape[3];
            this.count = (int) (shape[0] * groups) * (height / blockSize) * (width / blockSize);
        }

        int place(int block, int value) {
            int across = width / blockSize;
            int down = height / blockSize;
            int column = block % across;
            int row = block / across % down;
            int group = block / (across * down);
            int inColumn = value % blockSize;
            int inRow = value / blockSize % blockSize;
            int channel = group * blockChannels + value / (blockSize * blockSize);
            return (channel * height + row * blockSize + inRow) * width + column * blockSize + inColumn;
        }
    }
}
