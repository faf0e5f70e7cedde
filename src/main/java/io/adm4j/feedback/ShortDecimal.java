package io.adm4j.feedback;

import java.math.BigDecimal;
import java.math.MathContext;

/** Formats numbers for settings and messages: short, without trailing zeros. */
public final class ShortDecimal {
    private ShortDecimal() {}

    /**
     * A number with six significant digits: 0, 0.5, 12. Below 1e-12 it is 0.
     *
     * @param value finite
     */
    public static String of(double value) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros();
        return Math.abs(value) < 1e-12 ? "0" : rounded.toPlainString();
    }
}
