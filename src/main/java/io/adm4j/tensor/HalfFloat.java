package io.adm4j.tensor;

/** IEEE 754 binary16 numbers, for which Java 17 has no type; their bits are kept in a {@code short}. */
public final class HalfFloat {
    /** The largest finite number. */
    public static final float MAX_VALUE = 65504;

    /** Numbers from here on round to infinity. */
    private static final int OVERFLOW_BITS = Float.floatToRawIntBits(65520);

    /** 2^-14, the smallest number with a full fraction. */
    private static final int SMALLEST_NORMAL_BITS = Float.floatToRawIntBits(0x1p-14f);

    private static final int INFINITY = 0x7c00;
    private static final int QUIET_NAN = 0x7e00;

    private HalfFloat() {}

    /** The nearest binary16 number, to even at ties: infinity from 65520 on, NaN for NaN. */
    public static short bits(float value) {
        int raw = Float.floatToRawIntBits(value);
        int sign = raw >>> 16 & 0x8000;
        int size = raw & 0x7fffffff;
        if (size >= OVERFLOW_BITS) {
            return (short) (sign | (Float.isNaN(value) ? QUIET_NAN : INFINITY));
        }
        if (size < SMALLEST_NORMAL_BITS) {
            // In units of 2^-24, the distance of such numbers; rint rounds halves to even.
            return (short) (sign | (int) Math.rint(Float.intBitsToFloat(size) * 0x1p24));
        }
        // Adds almost half of the last place kept, or exactly half where that place is odd.
        int rounded = size + 0xfff + (size >> 13 & 1);
        return (short) (sign | (rounded >> 13) - (127 - 15 << 10));
    }

    /** The nearest binary16 number to a value, as {@link #bits} finds it. */
    public static float rounded(float value) {
        int raw = Float.floatToRawIntBits(value);
        int size = raw & 0x7fffffff;
        if (size < SMALLEST_NORMAL_BITS) {
            // From 1/2 on float32 numbers are 2^-24 apart, as such numbers are.
            return Math.copySign(Math.abs(value) + 0.5f - 0.5f, value);
        }
        return size < OVERFLOW_BITS
                ? Float.intBitsToFloat(raw + 0xfff + (raw >> 13 & 1) & ~0x1fff)
                : value(bits(value));
    }

    /** The number that the bits represent, exactly. */
    public static float value(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * 0x1p-24f));
        }
        int wide = exponent == 0x1f ? 0xff : exponent + 127 - 15;
        return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
    }
}
