package io.adm4j.harness.report;

import io.adm4j.feedback.ShortDecimal;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * One figure over another as inline SVG, where both follow from a setting whose value stands at each point.
 *
 * @param vertical what the vertical axis shows
 * @param horizontal what the horizontal axis shows
 * @param points in the order of the setting, at least one
 */
record TradeOffChart(String vertical, String horizontal, List<Point> points) {
    private static final int TOP = 36;
    private static final int BOTTOM = 46;
    private static final int RIGHT = Svg.WIDTH - 16;
    private static final double HALF_LINE = 7;

    /** @param name the setting's value */
    record Point(String name, double x, double y) {}

    TradeOffChart {
        points = List.copyOf(points);
    }

    String svg() {
        Axis up = axis(points.stream().mapToDouble(Point::y).toArray());
        Axis along = axis(points.stream().mapToDouble(Point::x).toArray());
        double left = DoubleStream.of(up.ticks())
                        .map(t -> Svg.width(ShortDecimal.of(t)))
                        .max()
                        .orElse(0)
                + 14;
        double[] x = points.stream()
                .mapToDouble(p -> left + along.share(p.x()) * (RIGHT - left))
                .toArray();
        double[] y = points.stream().mapToDouble(p -> height(up, p.y())).toArray();
        Svg svg = new Svg(vertical + " over " + horizontal);
        svg.text(4, 18, "start", "title", vertical);
        for (double tick : up.ticks()) {
            svg.line("axis", left, height(up, tick), RIGHT, height(up, tick));
            svg.text(left - 8, height(up, tick) + 4, "end", "", ShortDecimal.of(tick));
        }
        for (double tick : along.ticks()) {
            double place = left + along.share(tick) * (RIGHT - left);
            svg.line("axis", place, TOP, place, Svg.HEIGHT - BOTTOM);
            svg.text(place, Svg.HEIGHT - BOTTOM + 20, "middle", "", ShortDecimal.of(tick));
        }
        svg.text((left + RIGHT) / 2, Svg.HEIGHT - 6, "middle", "", horizontal);
        svg.curve("one", x, y);
        for (int i = 0; i < x.length; i++) {
            Point p = points.get(i);
            svg.dot(
                    "one",
                    x[i],
                    y[i],
                    p.name() + ": " + vertical + " " + ShortDecimal.of(p.y()) + ", " + horizontal + " "
                            + ShortDecimal.of(p.x()));
        }
        names(svg, x, y, left);
        return svg.toString();
    }

    /** Names go beside, above or below their points, off the curve if they can, never on a point or another name. */
    private void names(Svg svg, double[] x, double[] y, double left) {
        double[][] taken = new double[x.length][];
        for (int i = 0; i < x.length; i++) {
            double width = Svg.width(points.get(i).name());
            double[][] choices = {
                {x[i] + 9, y[i]},
                {x[i] - 9 - width, y[i]},
                {x[i] - width / 2, y[i] - 16},
                {x[i] - width / 2, y[i] + 16},
                {x[i] + 7, y[i] - 11},
                {x[i] + 7, y[i] + 11},
                {x[i] - 7 - width, y[i] - 11},
                {x[i] - 7 - width, y[i] + 11}
            };
            for (boolean offCurve : new boolean[] {true, false}) {
                for (double[] choice : choices) {
                    double[] box = {choice[0], choice[1] - HALF_LINE, choice[0] + width, choice[1] + HALF_LINE};
                    if (taken[i] == null
                            && box[0] >= left
                            && box[2] <= Svg.WIDTH
                            && box[1] >= TOP - 10
                            && box[3] <= Svg.HEIGHT - BOTTOM + 2
                            && free(box, x, y, taken)
                            && !(offCurve && crossed(box, x, y))) {
                        taken[i] = box;
                        svg.text(
                                box[0],
                                choice[1] + 4,
                                "start",
                                "name one-fill",
                                points.get(i).name());
                    }
                }
            }
        }
    }

    private static boolean free(double[] box, double[] x, double[] y, double[][] taken) {
        for (int i = 0; i < x.length; i++) {
            if (x[i] > box[0] - 6 && x[i] < box[2] + 6 && y[i] > box[1] - 4 && y[i] < box[3] + 4) {
                return false;
            }
            double[] other = taken[i];
            if (other != null && box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) {
                return false;
            }
        }
        return true;
    }

    /** Whether the curve runs through a box; walks along it in small steps. */
    private static boolean crossed(double[] box, double[] x, double[] y) {
        for (int i = 1; i < x.length; i++) {
            int steps = (int) Math.ceil(Math.hypot(x[i] - x[i - 1], y[i] - y[i - 1]) / 2) + 1;
            for (int s = 0; s <= steps; s++) {
                double px = x[i - 1] + (x[i] - x[i - 1]) * s / steps;
                double py = y[i - 1] + (y[i] - y[i - 1]) * s / steps;
                if (px > box[0] - 1 && px < box[2] + 1 && py > box[1] && py < box[3]) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Axis axis(double[] values) {
        return Axis.around(
                DoubleStream.of(values).min().orElse(0),
                DoubleStream.of(values).max().orElse(1));
    }

    private static double height(Axis axis, double value) {
        return Svg.HEIGHT - BOTTOM - axis.share(value) * (Svg.HEIGHT - TOP - BOTTOM);
    }
}
