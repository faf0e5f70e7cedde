package io.adm4j.restoration;

import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** Some pixels are known and the others are not, for inpainting; with all of them known, only noise is left to remove. */
public final class Masking implements DecomposedDegradation {
    private static final int MIDDLE = 128;

    private final boolean[] known;

    /** @param known whether each pixel is, row by row; for all channels */
    public Masking(boolean[] known) {
        this.known = known.clone();
    }

    /**
     * The pixels that are light in an image are known.
     *
     * @param levels from 0 to 255 as unsigned bytes, row by row
     */
    public static Masking ofLevels(byte[] levels) {
        boolean[] known = new boolean[levels.length];
        for (int i = 0; i < levels.length; i++) {
            known[i] = (levels[i] & 0xff) >= MIDDLE;
        }
        return new Masking(known);
    }

    /** All pixels are known. */
    public static Masking none(int height, int width) {
        boolean[] known = new boolean[height * width];
        Arrays.fill(known, true);
        return new Masking(known);
    }

    /** The images with 0 where a pixel is not known. */
    @Override
    public Tensor measure(Tensor images) {
        Tensor result = images.copy();
        scale(result, singular -> singular);
        return result;
    }

    @Override
    public Tensor read(Tensor damaged) {
        return measure(damaged);
    }

    @Override
    public Tensor pseudoInverse(Tensor measured) {
        return measure(measured);
    }

    @Override
    public Tensor transpose(Tensor measured) {
        return measure(measured);
    }

    @Override
    public void scale(Tensor images, DoubleUnaryOperator factor) {
        if (images.rank() != 4 || images.dim(2) * images.dim(3) != known.length) {
            throw new IllegalArgumentException(
                    "A mask of " + known.length + " pixels does not fit images " + images + ".");
        }
        float ofKnown = (float) factor.applyAsDouble(1);
        float ofUnknown = (float) factor.applyAsDouble(0);
        FloatBuffer values = images.floats();
        for (int i = 0; i < values.capacity(); i++) {
            values.put(i, values.get(i) * (known[i % known.length] ? ofKnown : ofUnknown));
        }
    }

    @Override
    public void compose(Tensor parts, DoubleUnaryOperator factor) {
        scale(parts, factor);
    }
}
