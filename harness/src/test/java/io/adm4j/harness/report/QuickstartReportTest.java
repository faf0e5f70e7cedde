package io.adm4j.harness.report;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.io.PngWriter;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class QuickstartReportTest {
    private static final byte[] GRID = PngWriter.encode(new byte[8 * 6 * 3], 8, 6, 3);

    @TempDir
    Path folder;

    @Test
    void writesOneSelfContainedPage() throws IOException {
        Path file = folder.resolve("new/report.html");
        report(result(0, 30.25, 0.7, 0.6), result(4, 20.5, 0.8, 0.5), result(1, 22, 0.75, 0.55))
                .write(file);

        String page = Files.readString(file);

        assertEquals(3, page.split("data:image/png;base64,", -1).length - 1);
        assertTrue(page.contains(Base64.getEncoder().encodeToString(GRID)));
        assertTrue(page.contains("<td class=\"best\">20.50</td>"));
        assertTrue(page.contains("prefers-color-scheme: dark"));
        assertTrue(page.contains("trades variety for fidelity."));
        assertTrue(page.contains("Ankle boot"));
        assertTrue(page.contains("train / steps"));
        assertFalse(page.matches("(?s).*(src|href)=\"(?!data:).*"), "the page refers to other files");
        assertTrue(page.indexOf("Classifier scale 1<") < page.indexOf("Classifier scale 4<"));
    }

    @Test
    void doesNotClaimATradeOffThatIsNotThere() {
        String page = report(result(0, 30, 0.7, 0.6), result(2, 20, 0.6, 0.7)).html();

        assertTrue(page.contains("these samples do not show it"));
    }

    @Test
    void showsASingleScaleWithoutCurves() {
        String page = report(result(1, 30, 0.7, 0.6)).html();

        assertFalse(page.contains("<svg"));
        assertFalse(page.contains("class=\"best\""));
    }

    @Test
    void escapesWhatItIsGiven() {
        Map<String, String> settings = Map.of("<b>", "a & \"b\"");
        String page = new QuickstartReport(
                        "<script>",
                        List.of(result(0, 1, 1, 1)),
                        List.of("<i>"),
                        settings,
                        JsonNodeFactory.instance.objectNode().put("command", "x < y"))
                .html();

        assertFalse(page.contains("<script>") || page.contains("<b>") || page.contains("<i>"));
        assertTrue(page.contains("a &amp; &quot;b&quot;"));
        assertTrue(page.contains("x &lt; y"));
    }

    @Test
    void chartsAreWellFormedForOddFigures() {
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
            int ticks = chart.svg().split("class=\"axis\"", -1).length - 1;
            assertTrue(ticks >= 2 && ticks <= 8, ticks + " ticks");
        }
    }

    private static QuickstartReport report(ScaleResult... results) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("Sampler", "DDIM, 25 steps");
        ObjectNode provenance = JsonNodeFactory.instance.objectNode();
        provenance.putObject("train").put("steps", 20000);
        return new QuickstartReport("adm4j", List.of(results), List.of("Bag", "Ankle boot"), settings, provenance);
    }

    private static ScaleResult result(double scale, double fid, double precision, double recall) {
        return new ScaleResult(scale, fid, precision, recall, 6.5, 12.3, GRID);
    }
}
