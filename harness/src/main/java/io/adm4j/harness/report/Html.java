package io.adm4j.harness.report;

import java.math.BigDecimal;
import java.math.MathContext;

/** Text and figures as they stand in a page. */
final class Html {
    private Html() {}

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    /** A figure without trailing zeros, to six digits: 0, 0.5, 12. */
    static String number(double value) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros();
        return Math.abs(value) < 1e-12 ? "0" : rounded.toPlainString();
    }
}
