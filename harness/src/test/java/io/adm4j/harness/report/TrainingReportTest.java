package io.adm4j.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;

class TrainingReportTest {
    private static final double[] STEPS = {1, 2, 3, 4};

    @Test
    void aChartHasEachCurveAsMeasuredAndAsRunningMeanOnBothAxes() {
        Document page = page(List.of(chart("Loss", 4, 2, Double.NaN, 1)), 0);

        assertEquals(1, page.select(".curves figure").size());
        assertEquals(1, page.select(".linear .measured").size());
        assertEquals(1, page.select(".log .measured").size());
        assertEquals(2, page.select(".log .curve").size());
        assertEquals(3, points(page), "what is not finite is left out");
        assertEquals("loss 1", page.select(".legend span").text());
    }

    @Test
    void aValueThatIsNotPositiveKeepsTheAxisLinear() {
        Document page = page(List.of(chart("Learning rate", 0, 2, 1, 1)), 0);

        assertTrue(page.select(".log").isEmpty());
        assertEquals(1, page.select(".linear").size());
    }

    @Test
    void aChartMayBeLinearAlone() {
        TrainingReport.Curve curve = new TrainingReport.Curve("lr", STEPS, STEPS);

        assertTrue(page(List.of(new TrainingReport.Chart("Learning rate", "", false, List.of(curve))), 0)
                .select(".log")
                .isEmpty());
    }

    @Test
    void chartsWithoutPointsAreLeftOut() {
        Document page = page(List.of(chart("Nothing", Double.NaN, Double.NaN, Double.NaN, Double.NaN)), 0);

        assertFalse(page.text().contains("Nothing"), page.text());
        assertTrue(page.select(".curves").isEmpty());
    }

    @Test
    void manyGridsAreThinnedFromTheFirstToTheNewest() {
        List<String> steps = page(List.of(), 40).select(".grids figcaption").eachText();

        assertEquals(12, steps.size());
        assertEquals("Step 100", steps.get(0));
        assertEquals("Step 4,000", steps.get(11));
    }

    @Test
    void partsHaveTheirShares() {
        assertEquals(
                List.of("Waiting", "0.2500", "25.0 %", "Network", "0.7500", "75.0 %"),
                page(List.of(), 0).select("td").eachText().subList(0, 6));
    }

    @Test
    void nothingIsLoadedAndTextIsEscaped() {
        Document page = page(List.of(chart("<b>", 1, 1, 1, 1)), 1);

        assertTrue(page.select("[src]").stream().allMatch(e -> e.attr("src").startsWith("data:")));
        assertTrue(page.select("link, iframe, script").isEmpty());
        assertTrue(page.select("figcaption b").isEmpty());
    }

    private static int points(Document page) {
        return page.select(".linear .measured").attr("points").split(" ").length;
    }

    private static TrainingReport.Chart chart(String heading, double... values) {
        return new TrainingReport.Chart(heading, "", true, List.of(new TrainingReport.Curve("loss", STEPS, values)));
    }

    private static Document page(List<TrainingReport.Chart> charts, int grids) {
        return Jsoup.parse(new TrainingReport(
                        "run",
                        "Step 4 of 8.",
                        Map.of("Progress", "50 %"),
                        charts,
                        LongStream.rangeClosed(1, grids)
                                .mapToObj(i -> new TrainingReport.Grid(100 * i, new byte[] {1}))
                                .toList(),
                        parts(),
                        Map.of(),
                        Map.of(),
                        Map.of())
                .html());
    }

    private static Map<String, Double> parts() {
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("Waiting", 0.25);
        parts.put("Network", 0.75);
        return parts;
    }
}
