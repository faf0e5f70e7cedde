package io.adm4j.harness.report;

import java.util.List;
import java.util.Locale;

/**
 * A small line chart as inline SVG, coloured by the page's style sheet.
 *
 * @param title what the vertical axis shows
 * @param horizontal what the horizontal axis shows
 * @param series curves over common places; at most two, which take the style classes {@code one} and {@code two}
 */
record LineChart(String title, String horizontal, List<Series> series) {
    private static final int WIDTH = 460;
    private static final int HEIGHT = 280;
    private static final int LEFT = 48;
    private static final int RIGHT = 78;
    private static final int TOP = 20;
    private static final int BOTTOM = 44;
    private static final List<String> STYLES = List.of("one", "two");

    /** A curve: finite values of y over ascending x. */
    record Series(String name, double[] x, double[] y) {}

    LineChart {
        if (series.isEmpty() || series.size() > STYLES.size()) {
            throw new IllegalArgumentException("A chart shows one or two curves, not " + series.size() + ".");
        }
    }

    String svg() {
        double step = step();
        double low = Math.floor(extreme(false) / step) * step;
        double high = Math.ceil(extreme(true) / step) * step;
        if (high <= low) {
            high = low + step;
        }
        Frame frame = new Frame(series.get(0).x()[0], last(series.get(0).x()), low, high);
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(Locale.ROOT, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                WIDTH, HEIGHT, Html.escape(title + " over " + horizontal)));
        for (double tick = low; tick <= high + step / 2; tick += step) {
            svg.append(String.format(Locale.ROOT, "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    LEFT, WIDTH - RIGHT, frame.y(tick), frame.y(tick)));
            svg.append(text(LEFT - 8, frame.y(tick) + 4, "end", "", Html.number(tick)));
        }
        for (double place : series.get(0).x()) {
            svg.append(text(frame.x(place), HEIGHT - BOTTOM + 20, "middle", "", Html.number(place)));
        }
        svg.append(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6, "middle", "", horizontal));
        double[] names = namePlaces(frame);
        for (int i = 0; i < series.size(); i++) {
            curve(svg, series.get(i), STYLES.get(i), frame);
            svg.append(text(WIDTH - RIGHT + 10, names[i] + 4, "start", "name " + STYLES.get(i) + "-fill",
                    series.get(i).name()));
        }
        return svg.append("</svg>").toString();
    }

    private static void curve(StringBuilder svg, Series series, String style, Frame frame) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < series.x().length; i++) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", frame.x(series.x()[i]), frame.y(series.y()[i])));
        }
        svg.append(String.format(Locale.ROOT, "<polyline class=\"curve %s\" points=\"%s\"/>", style, points.toString().strip()));
        for (int i = 0; i < series.x().length; i++) {
            svg.append(String.format(Locale.ROOT,
                    "<circle class=\"%s-fill\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"><title>%s %.3f at %s</title></circle>",
                    style, frame.x(series.x()[i]), frame.y(series.y()[i]), Html.escape(series.name()), series.y()[i],
                    Html.number(series.x()[i])));
        }
    }

    /** The names stand at the ends of their curves, but not on each other. */
    private double[] namePlaces(Frame frame) {
        double[] places = series.stream().mapToDouble(s -> frame.y(last(s.y()))).toArray();
        double apart = 16;
        if (places.length == 2 && Math.abs(places[0] - places[1]) < apart) {
            double middle = (places[0] + places[1]) / 2;
            double direction = places[0] <= places[1] ? -1 : 1;
            places[0] = middle + direction * apart / 2;
            places[1] = middle - direction * apart / 2;
        }
        return places;
    }

    private static String text(double x, double y, String anchor, String style, String words) {
        return String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>", x, y,
                anchor, style, Html.escape(words));
    }

    /** A round distance between ticks that gives about five of them. */
    private double step() {
        double range = extreme(true) - extreme(false);
        if (range <= 0) {
            range = Math.max(Math.abs(extreme(true)), 1);
        }
        double power = Math.pow(10, Math.floor(Math.log10(range / 4)));
        double steps = range / 4 / power;
        return power * (steps <= 1 ? 1 : steps <= 2 ? 2 : steps <= 5 ? 5 : 10);
    }

    private double extreme(boolean highest) {
        double found = highest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        for (Series s : series) {
            for (double y : s.y()) {
                found = highest ? Math.max(found, y) : Math.min(found, y);
            }
        }
        return found;
    }

    private static double last(double[] values) {
        return values[values.length - 1];
    }

    /** From figures to places in the picture. */
    private record Frame(double left, double right, double low, double high) {
        double x(double value) {
            double share = right > left ? (value - left) / (right - left) : 0.5;
            return LEFT + 14 + share * (WIDTH - RIGHT - LEFT - 28);
        }

        double y(double value) {
            return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
        }
    }
}
