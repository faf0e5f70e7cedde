package io.adm4j.feedback;

import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers as people write settings: without trailing zeros. */
public final class ShortDecimal {
    private ShortDecimal() {}

    /** A finite number to six significant digits: 0, 0.5, 12. */
    public static String of(double value) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros();
        return Math.abs(value) < 1e-12 ? "0" : rounded.toPlainString();
    }
}
