package io.adm4j.harness.report;

import io.adm4j.feedback.ShortDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A small line chart as inline SVG.
 *
 * @param title what the vertical axis shows
 * @param horizontal what the horizontal axis shows
 * @param series at least one; those from the seventh on take the colors of the first again
 */
record LineChart(String title, String horizontal, List<Series> series) {
    /** How much wider the bold names are than other texts. */
    private static final double BOLD = 1.15;

    private static final List<String> STYLES = List.of("one", "two", "three", "four", "five", "six");
    private static final int TOP = 36;
    private static final int BOTTOM = 46;
    private static final int INSET = 12;
    private static final int NAMES_APART = 16;

    /**
     * A curve: finite values of y over ascending x, each with its range.
     *
     * @param low not above y
     * @param high not below y
     */
    record Series(String name, double[] x, double[] y, double[] low, double[] high) {
        /** A curve whose figures are exact. */
        Series(String name, double[] x, double[] y) {
            this(name, x, y, y, y);
        }
    }

    LineChart {
        if (series.isEmpty()) {
            throw new IllegalArgumentException("A chart shows at least one curve.");
        }
        series = List.copyOf(series);
    }

    /** The style class of the n-th curve of a chart. */
    static String style(int index) {
        return STYLES.get(index % STYLES.size());
    }

    String svg() {
        Axis vertical = Axis.around(extreme(Math::min), extreme(Math::max));
        // One curve needs no name: the axis has it.
        double names = series.size() == 1
                ? 0
                : BOLD
                                * series.stream()
                                        .mapToDouble(s -> Svg.width(s.name()))
                                        .max()
                                        .orElse(0)
                        + 12;
        double numbers = DoubleStream.of(vertical.ticks())
                        .map(t -> Svg.width(ShortDecimal.of(t)))
                        .max()
                        .orElse(0)
                + 14;
        Frame frame = new Frame(places(), vertical, numbers, Svg.WIDTH - 8 - names);
        Svg svg = new Svg(title + " over " + horizontal);
        svg.text(4, 18, "start", "title", title);
        for (double tick : vertical.ticks()) {
            svg.line("axis", frame.left, frame.y(tick), frame.right, frame.y(tick));
            svg.text(frame.left - 8, frame.y(tick) + 4, "end", "", ShortDecimal.of(tick));
        }
        double free = Double.NEGATIVE_INFINITY;
        for (double place : frame.places) {
            double half = Svg.width(ShortDecimal.of(place)) / 2 + 3;
            // A number without room beside the one before is left out.
            if (frame.x(place) - half > free) {
                svg.text(frame.x(place), Svg.HEIGHT - BOTTOM + 20, "middle", "", ShortDecimal.of(place));
                free = frame.x(place) + half;
            }
        }
        svg.text((frame.left + frame.right) / 2, Svg.HEIGHT - 6, "middle", "", horizontal);
        for (int i = 0; i < series.size(); i++) {
            curve(svg, series.get(i), style(i), frame);
        }
        if (series.size() > 1) {
            double[] heights = nameHeights(frame);
            for (int i = 0; i < series.size(); i++) {
                svg.text(
                        frame.right + 8,
                        heights[i] + 4,
                        "start",
                        "name " + style(i) + "-fill",
                        series.get(i).name());
            }
        }
        return svg.toString();
    }

    private void curve(Svg svg, Series s, String style, Frame frame) {
        svg.curve(
                style,
                DoubleStream.of(s.x()).map(frame::x).toArray(),
                DoubleStream.of(s.y()).map(frame::y).toArray());
        for (int i = 0; i < s.x().length; i++) {
            double x = frame.x(s.x()[i]);
            String range = "";
            if (s.high()[i] > s.low()[i]) {
                svg.line("range " + style, x, frame.y(s.low()[i]), x, frame.y(s.high()[i]));
                svg.line("range " + style, x - 4, frame.y(s.low()[i]), x + 4, frame.y(s.low()[i]));
                svg.line("range " + style, x - 4, frame.y(s.high()[i]), x + 4, frame.y(s.high()[i]));
                range = " (95% " + ShortDecimal.of(s.low()[i]) + " to " + ShortDecimal.of(s.high()[i]) + ")";
            }
            svg.dot(
                    style,
                    x,
                    frame.y(s.y()[i]),
                    s.name() + " " + ShortDecimal.of(s.y()[i]) + range + " at " + horizontal + " "
                            + ShortDecimal.of(s.x()[i]));
        }
    }

    /** The names stand at the ends of their curves, but not on each other. */
    private double[] nameHeights(Frame frame) {
        double[] heights = series.stream()
                .mapToDouble(s -> frame.y(s.y()[s.y().length - 1]))
                .toArray();
        List<Integer> order = IntStream.range(0, heights.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> heights[i]))
                .toList();
        double floor = Svg.HEIGHT - BOTTOM;
        double next = TOP;
        for (int i : order) {
            heights[i] = Math.max(heights[i], next);
            next = heights[i] + NAMES_APART;
        }
        for (int n = order.size() - 1; n >= 0; n--) {
            heights[order.get(n)] = Math.min(heights[order.get(n)], floor);
            floor = heights[order.get(n)] - NAMES_APART;
        }
        return heights;
    }

    private double[] places() {
        return series.stream()
                .flatMapToDouble(s -> DoubleStream.of(s.x()))
                .distinct()
                .sorted()
                .toArray();
    }

    private double extreme(DoubleBinaryOperator better) {
        return series.stream()
                .flatMapToDouble(s -> DoubleStream.concat(DoubleStream.of(s.low()), DoubleStream.of(s.high())))
                .reduce(better)
                .orElse(0);
    }

    /** From figures to places in the image. */
    private record Frame(double[] places, Axis vertical, double left, double right) {
        double x(double value) {
            double first = places[0];
            double last = places[places.length - 1];
            double share = last > first ? (value - first) / (last - first) : 0.5;
            return left + INSET + share * (right - left - 2 * INSET);
        }

        double y(double value) {
            return Svg.HEIGHT - BOTTOM - vertical.share(value) * (Svg.HEIGHT - TOP - BOTTOM);
        }
    }
}
