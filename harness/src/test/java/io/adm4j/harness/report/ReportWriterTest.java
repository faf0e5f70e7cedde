package io.adm4j.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Result;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportWriterTest {
    @TempDir
    Path folder;

    @Test
    void writesAFolderOrOneJsonFile() throws IOException {
        EvaluationReport report = Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6));

        new ReportWriter(report, Optional.empty()).write(folder.resolve("new/report"));
        new ReportWriter(report, Optional.empty()).write(folder.resolve("other/scores.json"));

        assertEquals(
                Set.of("report.json", "report.html", "report.md", "junit.xml"), names(folder.resolve("new/report")));
        assertEquals(Set.of("scores.json"), names(folder.resolve("other")));
        assertEquals(
                Files.readString(folder.resolve("new/report/report.json")),
                Files.readString(folder.resolve("other/scores.json")));
    }

    @Test
    void jsonHoldsFiguresAsPlainNumbersByMetric() throws IOException {
        JsonNode json = json(Evaluations.sweep(0, 2.5), Optional.empty());

        assertEquals(1, json.at("/schemaVersion").intValue());
        assertEquals("2026-01-02T03:04:05Z", json.at("/created").textValue());
        assertEquals(22.5, json.at("/results/1/scores/fid").doubleValue());
        assertEquals(24.5, json.at("/results/1/intervals/fid/1").doubleValue());
        assertEquals(0.001, json.at("/results/1/standardErrors/kid").doubleValue());
        assertEquals(
                "What FID means on 12 features.",
                json.at("/results/1/definitions/fid").textValue());
        assertEquals(2.5, json.at("/results/1/point/classifierScale").doubleValue());
        assertEquals(32.5, json.at("/results/0/perClass/1/scores/fid").doubleValue());
        assertEquals(25, json.at("/seconds").doubleValue());
        assertEquals(Evaluations.NETWORK, json.at("/featureNetwork/sha256").textValue());
        assertEquals("Ankle boot", json.at("/model/classes/1").textValue());
        assertFalse(json.has("baseline"));
    }

    @Test
    void jsonFitsItsSchema() throws IOException {
        EvaluationReport sweep = Evaluations.sweep(0, 1, 4);
        EvaluationReport file = Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6));
        for (EvaluationReport report : List.of(sweep, file)) {
            assertEquals(Set.of(), schema().validate(json(report, Optional.empty())));
            assertEquals(Set.of(), schema().validate(json(report, Optional.of(compared(report, 30)))));
        }
        assertEquals(Set.of(), schema().validate(json(Evaluations.compared(), Optional.empty())));
    }

    @Test
    void schemaNoticesWhatIsMissingOrOfAnotherKind() throws IOException {
        for (String change : List.of("results", "settings", "featureNetwork")) {
            ObjectNode json = (ObjectNode) json(Evaluations.sweep(1), Optional.empty());
            json.remove(change);
            assertFalse(schema().validate(json).isEmpty(), change);
        }
        ObjectNode json = (ObjectNode) json(Evaluations.sweep(1), Optional.empty());
        ((ObjectNode) json.at("/results/0/scores")).put("fid", "20");
        ((ObjectNode) json.at("/results/0/scores")).put("unheard_of", 1);
        Set<ValidationMessage> found = schema().validate(json);
        assertEquals(2, found.size(), found.toString());
    }

    @Test
    void schemaKnowsEveryMetric() throws IOException {
        TreeSet<String> known = new TreeSet<>();
        schemaText().at("/$defs/metric/enum").forEach(key -> known.add(key.textValue()));
        assertEquals(
                new TreeSet<>(Arrays.stream(Metric.values()).map(Metric::key).toList()), known);
    }

    @Test
    void junitHasATestCasePerMetricAndAFailurePerRegression() throws Exception {
        EvaluationReport report = Evaluations.sweep(0, 1, 4);

        Element suites = xml(JunitReport.of(report, Optional.of(compared(report, 3)), Set.of()));

        assertEquals("testsuites", suites.getTagName());
        assertEquals("12", suites.getAttribute("tests"));
        assertEquals("3", suites.getAttribute("failures"));
        NodeList suite = suites.getElementsByTagName("testsuite");
        assertEquals(3, suite.getLength());
        for (int i = 0; i < suite.getLength(); i++) {
            Element one = (Element) suite.item(i);
            assertEquals(
                    Integer.parseInt(one.getAttribute("tests")),
                    one.getElementsByTagName("testcase").getLength());
            assertEquals("1", one.getAttribute("failures"));
            assertTrue(one.getAttribute("timestamp").matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d"));
            Double.parseDouble(one.getAttribute("time"));
            Element failure = (Element) one.getElementsByTagName("failure").item(0);
            assertEquals("FID", ((Element) failure.getParentNode()).getAttribute("name"));
            assertTrue(failure.getAttribute("message").contains("allowed +0.500"), failure.getAttribute("message"));
        }
    }

    @Test
    void junitPassesWithoutABaselineAndTakesAnyName() throws Exception {
        Result odd = new Result(
                Optional.empty(),
                new ImageSet("a<b>&\"\u0001\n.npz", 70, 8, Optional.empty()),
                Evaluations.scores(Evaluations.figures(20, 0.7, 0.6)),
                1,
                Optional.empty());

        Element suites =
                xml(JunitReport.of(Evaluations.report(Optional.empty(), List.of(odd)), Optional.empty(), Set.of()));

        assertEquals("0", suites.getAttribute("failures"));
        assertEquals(0, suites.getElementsByTagName("failure").getLength());
        assertTrue(((Element) suites.getFirstChild().getNextSibling())
                .getAttribute("name")
                .contains("a<b>&\""));
    }

    @Test
    void markdownTablesAreWholeAndNothingIsTakenForMarkup() {
        Result odd = new Result(
                Optional.empty(),
                new ImageSet("a|b_<i>*x*.npz", 70, 8, Optional.empty()),
                Evaluations.scores(Evaluations.figures(20, 0.7, 0.6)),
                1,
                Optional.empty());
        EvaluationReport file = Evaluations.report(Optional.empty(), List.of(odd));
        EvaluationReport sweep = Evaluations.sweep(0, 1, 4);
        for (EvaluationReport report : List.of(file, sweep)) {
            for (Optional<Comparison> comparison :
                    List.of(Optional.<Comparison>empty(), Optional.of(compared(report, 3)))) {
                String md = MarkdownReport.of(report, comparison, Set.of());
                for (String table : md.split("\n\n")) {
                    if (table.startsWith("|")) {
                        assertEquals(
                                1,
                                table.lines()
                                        .map(ReportWriterTest::cells)
                                        .distinct()
                                        .count(),
                                table);
                    }
                }
                assertEquals(comparison.isPresent(), md.contains(":x:"), md);
                assertFalse(md.contains("<i>"), md);
            }
        }
        assertTrue(MarkdownReport.of(sweep, Optional.of(compared(sweep, 3)), Set.of())
                .contains("| scale 4 | 24.000 (+3.000) :x: |"));
    }

    @Test
    void printsOneResultAsAColumnAndSeveralAsATable() {
        EvaluationReport file = Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6));
        List<String> column = ConsoleTable.of(file, Optional.of(compared(file, 3)));
        assertTrue(
                column.contains("FID                20.000 (95% 19.000 to 22.000)  lower is better"),
                column.toString());
        assertTrue(
                column.stream().anyMatch(l -> l.contains("FID from 17.000 to 20.000 (+3.000, allowed +0.500)")),
                column.toString());
        assertTrue(column.contains("Warning: FID from 70 images says little."), column.toString());

        List<String> table = ConsoleTable.of(Evaluations.sweep(0, 4), Optional.empty());
        assertTrue(
                table.stream().anyMatch(l -> l.matches("scale 4 +24\\.000 +0\\.012300 +0\\.7800 +0\\.5200")),
                table.toString());
    }

    /** Against a baseline whose FIDs were lower by some amount; 0.5 more is allowed. */
    static Comparison compared(EvaluationReport report, double lower) {
        List<Verdict> verdicts = report.results().stream()
                .flatMap(r -> r.scores().scores().stream()
                        .map(s -> s.metric() == Metric.FID
                                ? new Verdict(
                                        r.name(), Metric.FID, s.value() - lower, s.value(), OptionalDouble.of(0.5))
                                : new Verdict(r.name(), s.metric(), s.value(), s.value(), OptionalDouble.empty())))
                .toList();
        return new Comparison("old/report.json of 2025-12-24T00:00:00Z", verdicts);
    }

    private static long cells(String row) {
        return row.replace("\\|", "").chars().filter(c -> c == '|').count();
    }

    private JsonNode json(EvaluationReport report, Optional<Comparison> comparison) throws IOException {
        Path file = folder.resolve("some.json");
        new ReportWriter(report, comparison).write(file);
        return new ObjectMapper().readTree(file.toFile());
    }

    private static JsonSchema schema() throws IOException {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schemaText());
    }

    private static JsonNode schemaText() throws IOException {
        try (InputStream in = ReportWriter.class.getResourceAsStream("report.schema.json")) {
            return new ObjectMapper().readTree(in);
        }
    }

    private static Element xml(String text) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(text)))
                .getDocumentElement();
    }

    private static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new TreeSet<>(files.map(f -> f.getFileName().toString()).toList());
        }
    }
}
