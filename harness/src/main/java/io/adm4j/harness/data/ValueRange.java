package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What the values of an array of floating-point numbers mean. Values of integer arrays and of image files are always 0 to 255.
 * Values are rounded to the nearest of the 256, so that an image that was scaled is the same again.
 */
public enum ValueRange {
    /** Integers from 0 to 255; others are refused. */
    INTEGERS("integers", 0, 255),
    /** Any numbers from 0 to 255. */
    BYTES("0..255", 0, 255),
    /** From 0 (black) to 1 (white). */
    UNIT("0..1", 0, 1),
    /** From -1 (black) to 1 (white), as networks have images. */
    SIGNED("-1..1", -1, 1);

    /** How far outside a value may be that was scaled in float16, as a share of the range. */
    private static final double SLACK = 1e-3;

    private final String text;
    private final double least;
    private final double most;

    ValueRange(String text, double least, double most) {
        this.text = text;
        this.least = least;
        this.most = most;
    }

    /**
     * The range of a name.
     *
     * @param name as {@link #toString} gives it
     * @throws UserError if there is none
     */
    public static ValueRange of(String name) {
        return Arrays.stream(values())
                .filter(range -> range.text.equals(name))
                .findFirst()
                .orElseThrow(() -> new UserError("There is no range " + name + " of values; there are "
                        + Arrays.stream(values()).map(ValueRange::toString).collect(Collectors.joining(", ")) + "."));
    }

    /** Whether a value is one of this range; NaN is not. */
    boolean holds(double value) {
        double slack = this == INTEGERS ? 0 : (most - least) * SLACK;
        return value >= least - slack && value <= most + slack && (this != INTEGERS || value == Math.rint(value));
    }

    /** A value of this range as a byte from 0 to 255. */
    int toByte(double value) {
        return (int) Math.max(0, Math.min(255, Math.floor((value - least) / (most - least) * 255 + 0.5)));
    }

    /** The name on the command line: "-1..1". */
    @Override
    public String toString() {
        return text;
    }
}
