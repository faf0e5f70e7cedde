package io.adm4j.harness.report;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Model;
import io.adm4j.harness.evaluation.result.Result;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.StepChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class BaselineGateTest {
    private static final Map<Metric, Double> LIMITS = Map.of(Metric.FID, 0.1, Metric.PRECISION, 0.01);

    @TempDir
    Path folder;

    private Path baseline;

    @BeforeEach
    void write() {
        baseline = folder.resolve("report");
        new ReportWriter(Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6)), Optional.empty()).write(baseline);
    }

    @Test
    void letsPassWhatIsNotWorseThanAllowed() {
        // The ends of both limits, a fall of FID, a rise of precision, and any change of recall, which has no limit.
        for (Map<Metric, Double> figures : List.of(
                Evaluations.figures(20, 0.7, 0.6),
                Evaluations.figures(20.1, 0.69, 0.6),
                Evaluations.figures(5, 0.99, 0.1))) {
            Comparison found = BaselineGate.open(baseline, LIMITS).check(Evaluations.ofFile(figures));
            assertFalse(found.regression(), found.toString());
            assertEquals(Optional.empty(), found.failure());
            assertEquals(4, found.verdicts().size());
        }
    }

    @Test
    void failsWithOneLineThatNamesMetricOldNewAndAllowed() {
        Comparison fid =
                BaselineGate.open(baseline, LIMITS).check(Evaluations.ofFile(Evaluations.figures(20.2, 0.7, 0.6)));
        assertEquals(1, fid.verdicts().stream().filter(Verdict::regression).count());
        String line = fid.failure().orElseThrow();
        assertTrue(line.endsWith("FID from 20.000 to 20.200 (+0.200, allowed +0.100)."), line);
        assertFalse(line.contains("\n"));

        String both = BaselineGate.open(baseline, LIMITS)
                .check(Evaluations.ofFile(Evaluations.figures(21, 0.6, 0.6)))
                .failure()
                .orElseThrow();
        assertTrue(
                both.contains("(+1.000, allowed +0.100); Precision from 0.7000 to 0.6000 (-0.1000, allowed -0.0100)."),
                both);
    }

    @Test
    void aFigureThatIsNoNumberIsARegression() {
        assertTrue(new Verdict("x", Metric.FID, 20, Double.NaN, OptionalDouble.of(5)).regression());
        assertTrue(new Verdict("x", Metric.RECALL, 0.5, Double.NaN, OptionalDouble.of(1)).regression());
        assertFalse(new Verdict("x", Metric.FID, 20, 90, OptionalDouble.empty()).regression());
    }

    @Test
    void withoutLimitsNothingFails() {
        Comparison found =
                BaselineGate.open(baseline, Map.of()).check(Evaluations.ofFile(Evaluations.figures(99, 0, 0)));

        assertFalse(found.regression());
        assertEquals(79, found.verdicts().get(0).change());
    }

    @Test
    void matchesTheResultsOfASweepByTheirPoints() {
        Path sweep = folder.resolve("sweep");
        new ReportWriter(Evaluations.sweep(0, 1, 4), Optional.empty()).write(sweep);

        Comparison found = BaselineGate.open(sweep, Map.of(Metric.FID, 0.0)).check(Evaluations.sweep(4, 1));

        Result plain = Evaluations.sweep(1).results().get(0);
        Result enlarged = new Result(
                Optional.of(new SamplingPoint(
                        SamplerKind.DDIM,
                        StepChoice.of(25),
                        0,
                        1,
                        "balanced",
                        7,
                        Map.of("upsampler", "ddim, 27 steps"))),
                plain.samples(),
                plain.scores(),
                1,
                Optional.empty());
        assertEquals(8, found.verdicts().size());
        assertTrue(found.verdicts().stream().allMatch(v -> v.change() == 0), found.toString());
        assertRefused(
                "has no result for ddim, 25 steps, classifier scale 2",
                () -> BaselineGate.open(sweep, Map.of()).check(Evaluations.sweep(1, 2)));
        assertRefused(
                "classifier scale 1, balanced labels, upsampler ddim, 27 steps",
                () -> BaselineGate.open(sweep, Map.of())
                        .check(Evaluations.report(Optional.empty(), List.of(enlarged))));
        assertRefused(
                "has no result for runs/samples.npz",
                () -> BaselineGate.open(sweep, Map.of()).check(Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6))));
    }

    /** Files keep the published spelling of sections, with commas. */
    @Test
    void sectionsOfStepsAreReadFromAReport() throws IOException {
        Result plain = Evaluations.sweep(1).results().get(0);
        EvaluationReport evaluation = Evaluations.report(
                Optional.empty(),
                List.of(new Result(
                        Optional.of(Evaluations.point("90+60+60+20+20", 1)),
                        plain.samples(),
                        plain.scores(),
                        1,
                        Optional.empty())));
        Path sections = folder.resolve("sections");
        new ReportWriter(evaluation, Optional.empty()).write(sections);
        ObjectNode json = (ObjectNode)
                new ObjectMapper().readTree(sections.resolve("report.json").toFile());

        assertEquals("90,60,60,20,20", json.at("/results/0/point/steps").asText());
        assertEquals(
                4,
                BaselineGate.open(sections, LIMITS).check(evaluation).verdicts().size());
        ((ObjectNode) json.at("/results/0/point")).put("sampler", "euler");
        assertRefused("'sampler' is 'euler'", () -> BaselineGate.open(file(json.toString()), Map.of()));
    }

    @Test
    void seedAndModelMayDiffer() {
        Path sweep = folder.resolve("sweep");
        EvaluationReport before = Evaluations.sweep(1);
        new ReportWriter(before, Optional.empty()).write(sweep);
        Result r = before.results().get(0);
        SamplingPoint p = r.point().orElseThrow();
        Result other = new Result(
                Optional.of(new SamplingPoint(
                        p.sampler(), p.steps(), p.eta(), p.classifierScale(), p.labels(), 12345, p.others())),
                r.samples(),
                r.scores(),
                r.seconds(),
                Optional.empty());
        Model trained = new Model("trained-more", "elsewhere", "e".repeat(64));

        assertDoesNotThrow(
                () -> BaselineGate.open(sweep, LIMITS).check(Evaluations.report(Optional.of(trained), List.of(other))));
    }

    @Test
    void refusesWhatWasMeasuredOtherwise() {
        BaselineGate gate = BaselineGate.open(baseline, Map.of());
        Result result =
                Evaluations.ofFile(Evaluations.figures(20, 0.7, 0.6)).results().get(0);
        ImageSet reference = new ImageSet("ref.npz", 80, 8, Optional.of(Evaluations.REFERENCE));
        assertRefused(
                "another feature network (aaaaaaaaaaaa, now ffffffffffff)",
                () -> gate.check(report("f".repeat(64), reference, 3, result)));
        assertRefused(
                "another reference (bbbbbbbbbbbb, now ffffffffffff)",
                () -> gate.check(report(
                        Evaluations.NETWORK, new ImageSet("ref.npz", 80, 8, Optional.of("f".repeat(64))), 3, result)));
        assertRefused(
                "another number of reference images (80, now 81)",
                () -> gate.check(
                        report(Evaluations.NETWORK, new ImageSet("ref.npz", 81, 8, reference.sha256()), 3, result)));
        assertRefused(
                "another neighbor (--k) (3, now 5)",
                () -> gate.check(report(Evaluations.NETWORK, reference, 5, result)));
        assertRefused(
                "another number of samples (70, now 71)",
                () -> gate.check(report(
                        Evaluations.NETWORK,
                        reference,
                        3,
                        new Result(
                                Optional.empty(),
                                new ImageSet("x.npz", 71, 8, Optional.empty()),
                                result.scores(),
                                1,
                                Optional.empty()))));
        assertRefused(
                "has no result for ddim",
                () -> gate.check(report(
                        Evaluations.NETWORK,
                        reference,
                        3,
                        new Result(
                                Optional.of(Evaluations.point("25", 1)),
                                result.samples(),
                                result.scores(),
                                1,
                                Optional.empty()))));
    }

    @Test
    void refusesLimitsOnWhatOneSideLacks() {
        assertRefused("has no sFID", () -> BaselineGate.open(baseline, Map.of(Metric.SFID, 1.0)));
        Map<Metric, Double> fewer = Evaluations.figures(20, 0.7, 0.6);
        fewer.remove(Metric.FID);
        assertRefused(
                "FID has a limit, but this run could not compute it",
                () -> BaselineGate.open(baseline, LIMITS).check(Evaluations.ofFile(fewer)));
    }

    @Test
    void refusesWhatIsNoReport() throws IOException {
        assertRefused("There is no baseline", () -> BaselineGate.open(folder.resolve("none.json"), Map.of()));
        assertRefused("not readable JSON (line 2)", () -> BaselineGate.open(file("{\n  no"), Map.of()));
        assertRefused("is no report of eval", () -> BaselineGate.open(file("{\"formatVersion\": 1}"), Map.of()));
        assertRefused(
                "schema version 2, but this program reads version 1",
                () -> BaselineGate.open(file("{\"schemaVersion\": 2}"), Map.of()));
        ObjectMapper mapper = new ObjectMapper();
        for (String field : List.of("results", "reference", "settings", "featureNetwork", "created")) {
            ObjectNode json =
                    (ObjectNode) mapper.readTree(baseline.resolve("report.json").toFile());
            json.remove(field);
            assertRefused("'" + field + "' is missing", () -> BaselineGate.open(file(json.toString()), Map.of()));
        }
        ObjectNode json =
                (ObjectNode) mapper.readTree(baseline.resolve("report.json").toFile());
        ((ObjectNode) json.at("/results/0/scores")).put("fid", "twenty");
        assertRefused("'fid' is missing or of another type", () -> BaselineGate.open(file(json.toString()), Map.of()));
    }

    private static EvaluationReport report(String network, ImageSet reference, int k, Result result) {
        return Evaluations.report(network, reference, k, Optional.empty(), List.of(result));
    }

    private Path file(String text) {
        try {
            return Files.writeString(folder.resolve("some.json"), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertRefused(String part, Executable action) {
        String message = assertThrows(UserError.class, action).getMessage();
        assertTrue(message.contains(part), message);
        assertTrue(message.endsWith(".") && !message.contains("\n"), message);
    }
}
