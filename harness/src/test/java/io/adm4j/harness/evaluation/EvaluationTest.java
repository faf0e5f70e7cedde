package io.adm4j.harness.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.command.CommandLineRun;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.harness.evaluation.features.RandomImages;
import io.adm4j.harness.evaluation.result.EvaluationReport;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Scores;
import io.adm4j.harness.report.ReportWriter;
import io.adm4j.runtime.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluation as another program calls it. */
class EvaluationTest {
    private static final int SIZE = 6;

    @TempDir
    Path folder;

    private Path network;
    private Path real;
    private Path samples;

    @BeforeEach
    void write() throws IOException {
        network = FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
        real = images("real.npz", 60, 1, 256);
        samples = images("samples.npz", 50, 2, 256);
    }

    @Test
    void scoresAreThoseOfTheCommandLine() throws IOException {
        EvaluationReport report = Evaluation.of(samples)
                .against(real)
                .on(network)
                .on(Device.CPU, 1)
                .scoring(Metric.FID, Metric.PRECISION, Metric.RECALL)
                .run();

        Path out = folder.resolve("report.json");
        CommandLineRun.succeeding(
                "eval",
                "--samples-npz",
                samples,
                "--features",
                network,
                "--reference",
                real,
                "--metrics",
                "fid,precision,recall",
                "--threads",
                1,
                "--out",
                out);
        JsonNode expected = new ObjectMapper().readTree(out.toFile()).at("/results/0/scores");
        Scores scores = report.results().get(0).scores();
        assertEquals(expected.get("fid").doubleValue(), scores.value(Metric.FID), 1e-9);
        assertEquals(expected.get("precision").doubleValue(), scores.value(Metric.PRECISION));
        assertEquals(expected.get("recall").doubleValue(), scores.value(Metric.RECALL));
    }

    @Test
    void setsAreComparedAndTheReportCanBeWritten() throws IOException {
        Path dark = images("dark.npz", 50, 3, 100);
        Evaluation evaluation = Evaluation.of(samples, dark).against(real).on(network);

        EvaluationReport report = evaluation
                .with(evaluation.settings().withBatchSize(16))
                .scoring(Metric.FID)
                .run();

        assertEquals(1, report.comparisons().size());
        assertTrue(report.results().get(1).scores().value(Metric.FID)
                > report.results().get(0).scores().value(Metric.FID));
        new ReportWriter(report, Optional.empty()).write(folder.resolve("report"));
        assertTrue(folder.resolve("report/report.html").toFile().length() > 1000);
    }

    @Test
    void whatIsMissingIsNamed() {
        Evaluation evaluation = Evaluation.of(samples);
        assertTrue(assertThrows(IllegalStateException.class, evaluation::run)
                .getMessage()
                .contains("against()"));
        assertTrue(assertThrows(IllegalStateException.class, evaluation.against(real)::run)
                .getMessage()
                .contains("on()"));
        Path nothing = folder.resolve("nothing.npz");
        UserError refused = assertThrows(
                UserError.class, Evaluation.of(nothing).against(real).on(network)::run);
        assertTrue(refused.getMessage().contains("nothing.npz"), refused.getMessage());
    }

    private Path images(String name, int count, long seed, int levels) {
        return RandomImages.write(folder.resolve(name), count, SIZE, seed, levels);
    }
}
