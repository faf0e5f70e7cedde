package io.adm4j.harness.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** The terms of the variational bound over timesteps, as an SVG file that needs nothing else. */
public final class LikelihoodPlot {
    private static final double INTERVAL = 1.96;
    private static final int GAP = 14;
    private static final int SCALE = 2;

    private LikelihoodPlot() {}

    /**
     * One term, by timestep.
     *
     * @param title what it is
     * @param timesteps ascending
     * @param means over images
     * @param errors standard errors of the means; NaN for a single image
     */
    public record Term(String title, double[] timesteps, double[] means, double[] errors) {}

    /** A drawing of terms, one below the other; those that are positive everywhere by their logarithms. */
    public static String svg(List<Term> terms) {
        int width = Svg.WIDTH + 2 * GAP;
        int height = terms.size() * (Svg.HEIGHT + GAP) + GAP;
        StringBuilder xml = new StringBuilder();
        xml.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\">%n<style><![CDATA[%n%s",
                width,
                height,
                Page.resource("report.css")));
        // The page's style fits a drawing to its card; this one has a size of its own, and so has each part.
        xml.append(String.format(
                Locale.ROOT,
                "svg { width: %dpx; height: %dpx; }%nsvg svg { width: %dpx; height: %dpx; }%n]]></style>%n",
                width * SCALE,
                height * SCALE,
                Svg.WIDTH,
                Svg.HEIGHT));
        xml.append("<rect width=\"100%\" height=\"100%\" style=\"fill: var(--card)\"/>\n");
        int top = GAP;
        for (Term term : terms) {
            String place = String.format(
                    Locale.ROOT, "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" ", GAP, top, Svg.WIDTH, Svg.HEIGHT);
            xml.append(chart(term).svg().replaceFirst("<svg ", place)).append('\n');
            top += Svg.HEIGHT + GAP;
        }
        return xml.append("</svg>\n").toString();
    }

    private static LineChart chart(Term term) {
        double[] low = interval(term, -INTERVAL);
        double[] high = interval(term, INTERVAL);
        double[] means = term.means();
        boolean logarithmic = DoubleStream.of(means).allMatch(mean -> mean > 0);
        if (logarithmic) {
            // An interval that reaches 0 has no logarithm: it ends at a tenth of the mean.
            for (int i = 0; i < low.length; i++) {
                low[i] = Math.max(low[i], means[i] / 10);
            }
            low = logarithms(low);
            high = logarithms(high);
            means = logarithms(means);
        }
        return new LineChart(
                (logarithmic ? "log10 of " : "") + term.title(),
                "timestep",
                List.of(new LineChart.Series(term.title(), term.timesteps(), means, low, high)));
    }

    private static double[] interval(Term term, double factor) {
        double[] ends = term.means().clone();
        for (int i = 0; i < ends.length; i++) {
            ends[i] += Double.isNaN(term.errors()[i]) ? 0 : factor * term.errors()[i];
        }
        return ends;
    }

    private static double[] logarithms(double[] values) {
        return Arrays.stream(values).map(Math::log10).toArray();
    }
}
