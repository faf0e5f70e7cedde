package io.adm4j.harness.report;

import java.util.Locale;

/** A drawing of {@value #WIDTH} by {@value #HEIGHT} unless said otherwise, colored by the page's style sheet. */
final class Svg {
    static final int WIDTH = 380;
    static final int HEIGHT = 260;

    private static final double LETTER = 6.8;

    private final StringBuilder xml = new StringBuilder();

    Svg(String description) {
        this(description, HEIGHT);
    }

    Svg(String description, int height) {
        xml.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                WIDTH,
                height,
                Html.escape(description)));
    }

    /** About how wide a text gets. */
    static double width(String text) {
        return text.codePointCount(0, text.length()) * LETTER;
    }

    void line(String style, double x1, double y1, double x2, double y2) {
        xml.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
                style,
                x1,
                y1,
                x2,
                y2));
    }

    /** @param anchor {@code start}, {@code middle} or {@code end}: where in the text x is */
    void text(double x, double y, String anchor, String style, String text) {
        xml.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>",
                x,
                y,
                anchor,
                style,
                Html.escape(text)));
    }

    void curve(String style, double[] x, double[] y) {
        xml.append("<polyline class=\"curve ").append(style).append("\" points=\"");
        for (int i = 0; i < x.length; i++) {
            xml.append(String.format(Locale.ROOT, "%s%.1f,%.1f", i == 0 ? "" : " ", x[i], y[i]));
        }
        xml.append("\"/>");
    }

    /** A dot whose title has its values. */
    void dot(String style, double x, double y, String text) {
        xml.append(String.format(
                Locale.ROOT,
                "<circle class=\"%s-fill\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"><title>%s</title></circle>",
                style,
                x,
                y,
                Html.escape(text)));
    }

    @Override
    public String toString() {
        return xml + "</svg>";
    }
}
