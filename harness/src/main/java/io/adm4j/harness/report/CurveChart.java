package io.adm4j.harness.report;

import io.adm4j.feedback.ShortDecimal;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Curves over the steps of a training run as inline SVG: what was measured, faint, and its running mean.
 *
 * @param title what the vertical axis shows
 * @param curves at least one with points
 * @param logarithmic whether the vertical axis is; all values are positive then
 */
record CurveChart(String title, List<Curve> curves, boolean logarithmic) {
    private static final int TOP = 16;
    private static final int BOTTOM = 46;
    private static final int INSET = 6;
    private static final int MOST_TICKS = 7;
    /** Points that a running mean is over, as a share of all. */
    private static final int WINDOWS = 30;
    /** What is beyond these quantiles, as spikes are, may be cut. */
    private static final double CUT = 0.005;

    /**
     * A curve.
     *
     * @param steps ascending
     * @param values finite, one per step
     */
    public record Curve(String name, double[] steps, double[] values) {
        /** The running mean of a window that grows from one point, so that nothing comes from before the first. */
        double[] smoothed() {
            double[] smoothed = new double[values.length];
            double weight = Math.max(1, values.length / WINDOWS);
            double mean = 0;
            for (int i = 0; i < values.length; i++) {
                mean += (values[i] - mean) / Math.min(i + 1, weight);
                smoothed[i] = mean;
            }
            return smoothed;
        }
    }

    CurveChart {
        if (curves.isEmpty()) {
            throw new IllegalArgumentException("A chart shows at least one curve.");
        }
        curves = List.copyOf(curves);
    }

    /** Whether curves can be shown on a logarithmic axis. */
    static boolean positive(List<Curve> curves) {
        return curves.stream().flatMapToDouble(c -> DoubleStream.of(c.values())).allMatch(v -> v > 0);
    }

    String svg() {
        double[] range = range();
        double[] ticks = logarithmic ? logarithmicTicks(range[0], range[1]) : linearTicks(range);
        double low = Math.min(range[0], ticks[0]);
        double high = Math.max(range[1], ticks[ticks.length - 1]);
        double left = 14
                + DoubleStream.of(ticks)
                        .map(t -> Svg.width(ShortDecimal.of(t)))
                        .max()
                        .orElse(0);
        Frame frame = new Frame(left, Svg.WIDTH - 10, lastStep(), place(low), place(high));
        Svg svg = new Svg(title + " over steps" + (logarithmic ? ", logarithmic" : ""));
        for (double tick : ticks) {
            svg.line("axis", frame.left, frame.y(place(tick)), frame.right, frame.y(place(tick)));
            svg.text(frame.left - 8, frame.y(place(tick)) + 4, "end", "", ShortDecimal.of(tick));
        }
        for (double step : Axis.around(0, lastStep()).ticks()) {
            if (step <= lastStep()) {
                svg.text(frame.x(step), Svg.HEIGHT - BOTTOM + 20, "middle", "", ShortDecimal.of(step));
            }
        }
        svg.text((frame.left + frame.right) / 2, Svg.HEIGHT - 6, "middle", "", "step");
        for (int i = 0; i < curves.size(); i++) {
            draw(
                    svg,
                    frame,
                    "measured " + LineChart.style(i),
                    curves.get(i).steps(),
                    curves.get(i).values());
        }
        for (int i = 0; i < curves.size(); i++) {
            draw(
                    svg,
                    frame,
                    LineChart.style(i),
                    curves.get(i).steps(),
                    curves.get(i).smoothed());
        }
        return svg.toString();
    }

    /** The names of the curves with their colors and newest running means, as markup; one curve needs no name. */
    String legend() {
        StringBuilder legend = new StringBuilder("<p class=\"legend\">");
        for (int i = 0; i < curves.size(); i++) {
            double[] smoothed = curves.get(i).smoothed();
            legend.append("<span><i class=\"")
                    .append(LineChart.style(i))
                    .append("-back\"></i>")
                    .append(Html.escape(curves.get(i).name()))
                    .append(" <b>")
                    .append(rounded(smoothed[smoothed.length - 1]))
                    .append("</b></span> ");
        }
        return legend.append("</p>").toString();
    }

    /** Four significant digits. */
    static String rounded(double value) {
        return ShortDecimal.of(new BigDecimal(value).round(new MathContext(4)).doubleValue());
    }

    private void draw(Svg svg, Frame frame, String style, double[] steps, double[] values) {
        svg.curve(
                style,
                DoubleStream.of(steps).map(frame::x).toArray(),
                DoubleStream.of(values).map(v -> frame.y(place(v))).toArray());
    }

    private double place(double value) {
        return logarithmic ? Math.log10(value) : value;
    }

    private double lastStep() {
        return curves.stream()
                .mapToDouble(c -> c.steps()[c.steps().length - 1])
                .max()
                .orElse(1);
    }

    private double[] range() {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Curve curve : curves) {
            double[] sorted = curve.values().clone();
            Arrays.sort(sorted);
            int cut = (int) (CUT * sorted.length);
            double[] mean = curve.smoothed();
            low = Math.min(
                    low, Math.min(sorted[cut], DoubleStream.of(mean).min().orElse(low)));
            high = Math.max(
                    high,
                    Math.max(
                            sorted[sorted.length - 1 - cut],
                            DoubleStream.of(mean).max().orElse(high)));
        }
        return new double[] {low, high};
    }

    private static double[] linearTicks(double[] range) {
        return Axis.around(range[0], range[1]).ticks();
    }

    /** Powers of ten, with 2 and 5 times them where there are few; linear ones where there are next to none. */
    private static double[] logarithmicTicks(double low, double high) {
        List<Double> all = new ArrayList<>();
        List<Double> powers = new ArrayList<>();
        for (int exponent = (int) Math.floor(Math.log10(low)); exponent <= Math.ceil(Math.log10(high)); exponent++) {
            for (int digit : new int[] {1, 2, 5}) {
                double tick = digit * Math.pow(10, exponent);
                if (tick >= low && tick <= high) {
                    all.add(tick);
                    if (digit == 1) {
                        powers.add(tick);
                    }
                }
            }
        }
        List<Double> chosen = all.size() > MOST_TICKS ? powers : all;
        if (chosen.size() < 2) {
            return DoubleStream.of(Axis.around(low, high).ticks())
                    .filter(t -> t > 0)
                    .toArray();
        }
        int every = (chosen.size() + MOST_TICKS - 1) / MOST_TICKS;
        double[] ticks = new double[(chosen.size() + every - 1) / every];
        for (int i = 0; i < ticks.length; i++) {
            ticks[i] = chosen.get(i * every);
        }
        return ticks;
    }

    /** From steps and values, or their logarithms, to places in the image; what is above or below is put on the edge. */
    private record Frame(double left, double right, double lastStep, double low, double high) {
        double x(double step) {
            return left + INSET + (lastStep > 0 ? step / lastStep : 0.5) * (right - left - 2 * INSET);
        }

        double y(double value) {
            double share = high > low ? (value - low) / (high - low) : 0.5;
            return Svg.HEIGHT - BOTTOM - Math.min(1, Math.max(0, share)) * (Svg.HEIGHT - TOP - BOTTOM);
        }
    }
}
