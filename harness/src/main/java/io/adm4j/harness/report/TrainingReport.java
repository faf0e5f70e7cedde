package io.adm4j.harness.report;

import io.adm4j.feedback.UserError;
import io.adm4j.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The page of a training run: where it stands, curves over its steps, sample grids side by side, what a step's time is
 * spent on, settings and machine, and how to continue. One HTML file that needs nothing else, for light and dark screens.
 *
 * @param title heading of the page
 * @param standing one sentence on where the run stands
 * @param numbers the newest values, name to text, in the order shown
 * @param charts those without points are left out
 * @param grids in the order of their steps
 * @param secondsByPart mean seconds of a step spent on each part, in the order shown
 * @param commands what can be done with the run, purpose to command
 * @param settings name to value, in the order shown
 * @param machine name to value, in the order shown
 */
public record TrainingReport(
        String title,
        String standing,
        Map<String, String> numbers,
        List<Chart> charts,
        List<Grid> grids,
        Map<String, Double> secondsByPart,
        Map<String, String> commands,
        Map<String, String> settings,
        Map<String, String> machine) {
    /** The grids shown, since each is part of the page. */
    private static final int MOST_GRIDS = 12;

    /**
     * Curves in one frame.
     *
     * @param heading what they show
     * @param below a few words on it
     * @param logarithmic whether the page may show them on a logarithmic axis, if all values are positive
     */
    public record Chart(String heading, String below, boolean logarithmic, List<Curve> curves) {
        public Chart {
            curves = List.copyOf(curves);
        }
    }

    /**
     * A value over steps.
     *
     * @param steps ascending; empty for a curve that is not shown
     * @param values one per step; those that are not finite are left out
     */
    public record Curve(String name, double[] steps, double[] values) {
        private CurveChart.Curve finite() {
            int[] kept = IntStream.range(0, steps.length)
                    .filter(i -> Double.isFinite(values[i]))
                    .toArray();
            return new CurveChart.Curve(
                    name,
                    IntStream.of(kept).mapToDouble(i -> steps[i]).toArray(),
                    IntStream.of(kept).mapToDouble(i -> values[i]).toArray());
        }
    }

    /** A sample grid as PNG. */
    public record Grid(long step, byte[] png) {}

    public TrainingReport {
        numbers = new LinkedHashMap<>(numbers);
        charts = List.copyOf(charts);
        grids = List.copyOf(grids);
        secondsByPart = new LinkedHashMap<>(secondsByPart);
        commands = new LinkedHashMap<>(commands);
        settings = new LinkedHashMap<>(settings);
        machine = new LinkedHashMap<>(machine);
    }

    /**
     * Writes the page, atomically.
     *
     * @throws io.adm4j.feedback.UserError if the file cannot be written
     */
    public void write(Path file) {
        try {
            AtomicFile.writeString(file, html());
        } catch (IOException e) {
            throw new UserError("The report " + file + " could not be written: " + e.getMessage() + ".", e);
        }
    }

    /** The page as text. */
    public String html() {
        Page page = new Page(title);
        page.paragraph("lead", standing);
        numbers(page);
        curves(page);
        grids(page);
        parts(page);
        page.facts("How to continue", commands);
        return page.facts("Settings", settings).facts("Machine", machine).finish();
    }

    private void numbers(Page into) {
        StringBuilder page = new StringBuilder("<div class=\"scores numbers\">\n");
        numbers.forEach((name, value) -> page.append("<div class=\"card score\"><h3>")
                .append(Html.escape(name))
                .append("</h3><p class=\"figure\">")
                .append(Html.escape(value))
                .append("</p></div>\n"));
        into.add(page.append("</div>\n").toString());
    }

    private void curves(Page page) {
        List<Chart> shown = charts.stream()
                .filter(chart ->
                        chart.curves().stream().anyMatch(c -> c.finite().steps().length > 0))
                .toList();
        if (shown.isEmpty()) {
            return;
        }
        page.heading("Curves")
                .add(
                        "<p class=\"note\">Faint: as measured; strong: the running mean, whose newest value is written below."
                                + " Spikes may be cut. <label><input type=\"checkbox\" class=\"logarithmic\" checked>"
                                + " Losses and norms of gradients on a logarithmic axis, where all are positive</label></p>\n<div class=\"row curves\">\n");
        shown.forEach(chart -> curves(page, chart));
        page.add("</div>\n");
    }

    private static void curves(Page page, Chart chart) {
        List<CurveChart.Curve> curves = new ArrayList<>();
        for (Curve curve : chart.curves()) {
            CurveChart.Curve finite = curve.finite();
            if (finite.steps().length > 0) {
                curves.add(finite);
            }
        }
        CurveChart linear = new CurveChart(chart.heading(), curves, false);
        String drawn = "<div class=\"linear\">" + linear.svg() + "</div>";
        if (chart.logarithmic() && CurveChart.positive(curves)) {
            drawn = "<div class=\"of-log\">" + drawn + "<div class=\"log\">"
                    + new CurveChart(chart.heading(), curves, true).svg() + "</div></div>";
        }
        page.chart(chart.heading(), chart.below(), drawn + linear.legend());
    }

    private void grids(Page into) {
        if (grids.isEmpty()) {
            return;
        }
        List<Grid> shown = spread();
        into.heading("Samples over time")
                .paragraph(
                        "note",
                        "From the moving average of the weights. The same noise and classes at every step, so that images"
                                + " at the same place can be compared."
                                + (shown.size() < grids.size()
                                        ? " " + shown.size() + " of " + grids.size() + " grids, evenly spread."
                                        : ""));
        StringBuilder page = new StringBuilder("<div class=\"grids\">\n");
        for (Grid grid : shown) {
            page.append(String.format(
                    Locale.ROOT,
                    "<figure class=\"card\"><figcaption>Step %,d</figcaption><img alt=\"Samples of step %d\" src=\"%s\"></figure>%n",
                    grid.step(),
                    grid.step(),
                    Page.address(grid.png())));
        }
        into.add(page.append("</div>\n").toString());
    }

    /** At most so many grids, the first and the newest among them. */
    private List<Grid> spread() {
        if (grids.size() <= MOST_GRIDS) {
            return grids;
        }
        return IntStream.range(0, MOST_GRIDS)
                .mapToObj(i -> grids.get((int) Math.round((double) i * (grids.size() - 1) / (MOST_GRIDS - 1))))
                .toList();
    }

    private void parts(Page into) {
        double all = secondsByPart.values().stream().mapToDouble(s -> s).sum();
        if (all <= 0) {
            return;
        }
        StringBuilder page = new StringBuilder("<div class=\"card\"><div class=\"parts\" aria-hidden=\"true\">");
        int i = 0;
        for (double seconds : secondsByPart.values()) {
            page.append(String.format(
                    Locale.ROOT,
                    "<i class=\"%s-back\" style=\"width:%.3f%%\"></i>",
                    LineChart.style(i++),
                    100 * seconds / all));
        }
        page.append("</div>\n<table>\n<tr><th>Part</th><th>Seconds a step</th><th>Share</th></tr>\n");
        i = 0;
        for (Map.Entry<String, Double> part : secondsByPart.entrySet()) {
            page.append(String.format(
                    Locale.ROOT,
                    "<tr><td><i class=\"key %s-back\"></i>%s</td><td>%.4f</td><td>%.1f %%</td></tr>%n",
                    LineChart.style(i++),
                    Html.escape(part.getKey()),
                    part.getValue(),
                    100 * part.getValue() / all));
        }
        into.heading("Where the time goes")
                .paragraph(
                        "note",
                        "Means over the steps since training was last started. Batches are loaded while the network computes.")
                .add(page.append("</table></div>\n").toString());
    }
}
