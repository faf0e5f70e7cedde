package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.harness.cli.console.ExitCode;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.harness.evaluation.features.RandomImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sets of samples that eval compares with each other. */
class EvalComparisonTest {
    private static final int SIZE = 6;

    @TempDir
    Path folder;

    private Path report;
    private Object[] common;

    @BeforeEach
    void write() throws IOException {
        report = folder.resolve("report");
        common = new Object[] {
            "eval",
            "--features",
            FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE),
            "--reference",
            images("reference.npz", 60, 1, 256),
            "--threads",
            1,
            "--out",
            report
        };
    }

    @Test
    void saysByHowMuchEachScoreDiffersAndWhetherChanceExplainsIt() throws IOException {
        Path good = images("good.npz", 50, 2, 256);
        Path dark = images("dark.npz", 50, 3, 100);

        String printed = succeeding(arguments(common, good, dark)).out();

        assertTrue(printed.contains("B's FID is higher by "), printed);
        JsonNode json =
                new ObjectMapper().readTree(report.resolve("report.json").toFile());
        JsonNode fid = json.at("/comparisons/0/differences/fid");
        assertEquals(
                json.at("/results/1/scores/fid").doubleValue()
                        - json.at("/results/0/scores/fid").doubleValue(),
                fid.get("difference").doubleValue(),
                1e-12);
        assertTrue(fid.get("significant").booleanValue());
        assertFalse(fid.get("better").booleanValue());
        assertTrue(fid.at("/interval/0").doubleValue() > 0);
        assertTrue(Files.readString(report.resolve("report.html")).contains("B is worse than A in"));
        assertTrue(Files.readString(report.resolve("report.md")).contains("| worse |"));
    }

    @Test
    void failsIfAskedToWhereASetIsSignificantlyWorse() throws IOException {
        Path good = images("good.npz", 50, 2, 256);
        Path dark = images("dark.npz", 50, 3, 100);

        CommandLineRun worse = CommandLineRun.of(arguments(common, good, dark, "--fail-if-worse", "fid"));
        assertEquals(ExitCode.FAILED, worse.exitCode());
        assertTrue(worse.err().contains("Significantly worse: B's FID is higher by"), worse.err());
        assertTrue(Files.readString(report.resolve("junit.xml")).contains("significantly worse"));
        assertEquals(
                ExitCode.OK,
                CommandLineRun.of(arguments(common, dark, good, "--fail-if-worse", "fid"))
                        .exitCode());
        assertEquals(
                ExitCode.FAILED,
                CommandLineRun.of(arguments(common, good, dark, "--fail-if-worse"))
                        .exitCode());
    }

    @Test
    void comparesBundlesOnSamplesOfTheSameSeeds() throws IOException {
        Path bundle = folder.resolve("tiny");
        TinyBundle.write(bundle, SIZE, true, List.of("shirt", "bag", "boot"));

        succeeding(arguments(common, bundle, bundle, "--samples", 20, "--steps", "2,3", "--batch-size", 7));

        JsonNode json =
                new ObjectMapper().readTree(report.resolve("report.json").toFile());
        assertEquals(4, json.get("results").size());
        assertEquals(2, json.get("comparisons").size());
        for (int point = 0; point < 2; point++) {
            JsonNode compared = json.get("comparisons").get(point);
            assertEquals(point, compared.get("first").intValue());
            assertEquals(point + 2, compared.get("second").intValue());
            // The same bundle, seeds and labels give the same images.
            assertEquals(0, compared.at("/differences/fid/difference").doubleValue());
            assertTrue(compared.get("firstName").textValue().contains((point + 2) + " steps"), compared.toString());
        }
    }

    @Test
    void comparesABundleWithStoredSamples() throws IOException {
        Path bundle = folder.resolve("tiny");
        TinyBundle.write(bundle, SIZE, true, List.of("shirt", "bag", "boot"));
        Path stored = images("stored.npz", 30, 2, 256);

        String printed = succeeding(arguments(common, stored, bundle, "--samples", 20, "--steps", 2))
                .out();

        assertTrue(printed.contains("B against A"), printed);
        refused(
                "Of stored samples and a sweep only the first can be the stored ones",
                arguments(common, bundle, stored, "--samples", 20, "--steps", "2,3"));
    }

    @Test
    void refusesWhatCannotBeCompared() throws IOException {
        Path a = images("a.npz", 50, 2, 256);
        Path fewer = images("fewer.npz", 40, 3, 256);

        refused("give --samples 40 to take as many of each", arguments(common, a, fewer));
        refused("not both", arguments(common, a, "--samples-npz", fewer));
        refused("name at least two", arguments(common, a, "--fail-if-worse"));
        refused("--bootstrap 0", arguments(common, a, a, "--bootstrap", 0, "--fail-if-worse", "fid"));
        refused("names no metric that is computed", arguments(common, a, a, "--fail-if-worse", "kid"));
        refused("There is no metric speed", arguments(common, a, a, "--fail-if-worse", "speed"));
        assertFalse(Files.exists(report.resolve("report.json")));
        succeeding(arguments(common, a, fewer, "--samples", 40));
    }

    private Path images(String name, int count, long seed, int levels) {
        return RandomImages.write(folder.resolve(name), count, SIZE, seed, levels);
    }
}
