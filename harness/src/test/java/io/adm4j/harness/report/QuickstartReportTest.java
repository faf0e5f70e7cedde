package io.adm4j.harness.report;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.evaluation.result.Difference;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SampleComparison;
import io.adm4j.harness.restoration.RestorationExample;
import io.adm4j.io.PngWriter;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class QuickstartReportTest {
    private static final byte[] GRID = PngWriter.encode(new byte[8 * 6 * 3], 8, 6, 3);

    private static final Tensor IMAGES = Tensor.zeros(ElementType.UINT8, 1, 8, 8, 1);

    @TempDir
    Path folder;

    @Test
    void showsScalesInAscendingOrderWithTheBestScoresMarked() throws IOException {
        Path file = folder.resolve("new/report.html");
        report(result(0, 30.25, 0.7, 0.6), result(4, 20.5, 0.8, 0.5), result(1, 22, 0.75, 0.55))
                .write(file);

        Document page = Jsoup.parse(Files.readString(file));

        HtmlPages.requireSelfContained(page);
        assertEquals("adm4j", page.title());
        assertEquals(
                List.of("Classifier scale 0", "Classifier scale 1", "Classifier scale 4"),
                page.select("figure.card:has(img) > figcaption").stream()
                        .map(caption -> caption.ownText())
                        .toList());
        assertEquals(3, page.select("img").size());
        page.select("img")
                .forEach(img -> assertEquals(
                        "data:image/png;base64," + Base64.getEncoder().encodeToString(GRID), img.attr("src")));
        assertEquals(
                List.of("Bag", "Ankle boot"),
                page.select("figure ol").first().select("li").eachText());
        assertEquals(
                List.of(
                        List.of(
                                "0",
                                "30.250 [29.250, 32.250]",
                                "0.7000 [0.6991, 0.7009]",
                                "0.6000 [0.5784, 0.6213]",
                                "6.500",
                                "12.3"),
                        List.of(
                                "1",
                                "22.000 [21.000, 24.000]",
                                "0.7500 [0.7492, 0.7508]",
                                "0.5500 [0.5281, 0.5717]",
                                "6.500",
                                "12.3"),
                        List.of(
                                "4",
                                "20.500 [19.500, 22.500]",
                                "0.8000 [0.7992, 0.8008]",
                                "0.5000 [0.4781, 0.5219]",
                                "6.500",
                                "12.3")),
                HtmlPages.rows(page.selectFirst("table")));
        // All scales share the Inception Score, so it is marked in each row.
        assertEquals(
                List.of("0.6000", "6.500", "6.500", "20.500", "0.8000", "6.500"),
                page.select("td.best").stream().map(Element::ownText).toList());
        assertEquals(2, page.select("svg").size());
        assertEquals(Map.of("Sampler", "DDIM, 25 steps"), HtmlPages.facts(page, "How they were made"));
        assertEquals(Map.of("train / steps", "20000"), HtmlPages.facts(page, "Where the model comes from"));
    }

    @Test
    void saysWhatGuidanceTradedOnlyWhereItDid() {
        String trade = "Guidance trades variety for fidelity.";
        String more = "take more --samples.";
        String none = "these samples do not show it.";

        assertTrue(summary(0.8, 0.5, 0.01).endsWith(trade));
        assertTrue(summary(0.8, 0.5, 0.01).contains("(95% +0.0900 to +0.1100)"), summary(0.8, 0.5, 0.01));
        assertTrue(summary(0.8, 0.5, 0.11).endsWith(more));
        assertTrue(summary(0.705, 0.5, 0.01).endsWith(more));
        assertTrue(summary(0.8, 0.595, 0.01).endsWith(more));
        assertTrue(summary(0.6, 0.7, 0.01).endsWith(none));
        assertTrue(summary(0.8, 0.6, 0.01).endsWith(none));
        assertTrue(summary(0.7, 0.5, 0.01).endsWith(none));
    }

    @Test
    void showsASingleScaleWithoutCurves() {
        Document page = Jsoup.parse(report(result(1, 30, 0.7, 0.6)).html());

        assertTrue(page.select("svg").isEmpty());
        assertTrue(page.select(".best").isEmpty());
    }

    @Test
    void showsWhatRestoredImagesAreComparedWith() {
        Tensor gray = IMAGES.copy();
        gray.bytes().put(0, (byte) 16);
        RestorationExample example = new RestorationExample("Noise", "median", IMAGES, gray, IMAGES, gray);
        QuickstartReport report = new QuickstartReport(
                "adm4j",
                List.of(result(0, 30, 0.7, 0.6)),
                List.of(),
                List.of(),
                List.of(example),
                Map.of(),
                JsonNodeFactory.instance.objectNode());

        Element figure = Jsoup.parse(report.html()).select("figure.card").last();

        // 10 log10(255^2 / (16^2 / 64)).
        assertEquals(
                List.of("real", "damaged 42.1 dB", "median Infinity dB", "restored 42.1 dB"),
                figure.select("li").eachText());
    }

    @Test
    void needsAResult() {
        assertThrows(IllegalArgumentException.class, () -> report());
    }

    @Test
    void escapesWhatItIsGiven() {
        Document page = Jsoup.parse(new QuickstartReport(
                        "<script>",
                        List.of(result(0, 1, 1, 1)),
                        List.of(),
                        List.of("<i>"),
                        List.of(new RestorationExample("<b>", "<i>", IMAGES, IMAGES, IMAGES, IMAGES)),
                        Map.of("<b>", "a & \"b\""),
                        JsonNodeFactory.instance.objectNode().put("command", "x < y"))
                .html());

        assertTrue(page.select("script, b, i").isEmpty());
        assertEquals("<script>", page.title());
        assertEquals("<i>", page.selectFirst("li").text());
        assertEquals(Map.of("<b>", "a & \"b\""), HtmlPages.facts(page, "How they were made"));
        assertEquals(Map.of("command", "x < y"), HtmlPages.facts(page, "Where the model comes from"));
    }

    @Test
    void chartsAreWellFormedForOddValues() {
        double[] same = {0.5, 0.5, 0.5};
        double[] tiny = {1e-7, 3e-7, 2e-7};
        double[] large = {1200, 5, 90000};
        for (double[] y : List.of(same, tiny, large, new double[3])) {
            LineChart chart = new LineChart(
                    "Title & more", "scale", List.of(new LineChart.Series("one", new double[] {0, 1, 10}, y)));
            assertDoesNotThrow(() -> DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(chart.svg()))));
            assertFalse(chart.svg().contains("NaN"), chart.svg());
            int ticks = Jsoup.parse(chart.svg()).select("line.axis").size();
            assertTrue(ticks >= 2 && ticks <= 8, ticks + " ticks");
        }
    }

    /** @param margin half of the interval of each difference from precision 0.7 and recall 0.6 */
    private static String summary(double precision, double recall, double margin) {
        SampleComparison guidance = new SampleComparison(
                0,
                1,
                400,
                List.of(
                        difference(Metric.PRECISION, 0.7, precision, margin),
                        difference(Metric.RECALL, 0.6, recall, margin)));
        QuickstartReport report = new QuickstartReport(
                "adm4j",
                List.of(result(0, 30, 0.7, 0.6), result(2, 20, precision, recall)),
                List.of(guidance),
                List.of(),
                List.of(),
                Map.of(),
                JsonNodeFactory.instance.objectNode());
        return Jsoup.parse(report.html())
                .selectFirst("h2:contains(The scores) + p")
                .text();
    }

    private static Difference difference(Metric metric, double first, double second, double margin) {
        double value = second - first;
        return new Difference(
                metric,
                first,
                second,
                OptionalDouble.of(margin / 1.96),
                Optional.of(new Interval(value - margin, value + margin)));
    }

    private static QuickstartReport report(ScaleResult... results) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("Sampler", "DDIM, 25 steps");
        ObjectNode provenance = JsonNodeFactory.instance.objectNode();
        provenance.putObject("train").put("steps", 20000);
        return new QuickstartReport(
                "adm4j", List.of(results), List.of(), List.of("Bag", "Ankle boot"), List.of(), settings, provenance);
    }

    private static ScaleResult result(double scale, double fid, double precision, double recall) {
        Map<Metric, Double> values = Map.of(
                Metric.FID, fid, Metric.PRECISION, precision, Metric.RECALL, recall, Metric.INCEPTION_SCORE, 6.5);
        return new ScaleResult(
                new Result(
                        Optional.of(Evaluations.point("25", scale)),
                        new ImageSet("samples.npz", 1_000_000, 8, Optional.empty()),
                        Evaluations.scores(values),
                        1,
                        Optional.empty()),
                2000,
                12.3,
                GRID);
    }
}
