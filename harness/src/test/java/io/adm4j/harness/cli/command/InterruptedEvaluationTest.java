package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.harness.evaluation.run.WorkFolder;
import io.adm4j.io.Npz;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Evaluations that are killed or terminated, and resume when the same command is given again. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class InterruptedEvaluationTest {
    private static final int SIZE = 6;
    private static final int BATCH = 4;
    private static final int SAMPLES = 202;
    private static final String SHARDS = "samples-.*/shard-.*\\.npz";

    @TempDir
    Path folder;

    private Path report;
    private Path work;
    private Object[] command;

    @BeforeEach
    void write() throws IOException {
        report = folder.resolve("report");
        work = report.resolve("work");
        TinyBundle.write(folder.resolve("tiny"), SIZE, true, List.of("shirt", "bag", "boot"));
        byte[] real = new byte[90 * SIZE * SIZE * 3];
        new Random(1).nextBytes(real);
        Path reference = folder.resolve("reference.npz");
        Npz.write(reference, Map.of("arr_0", Tensor.of(real, 90, SIZE, SIZE, 3)));
        command = new Object[] {
            "eval",
            "--bundle",
            folder.resolve("tiny"),
            "--features",
            FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE),
            "--reference",
            reference,
            "--samples",
            SAMPLES,
            "--batch-size",
            BATCH,
            "--sampler",
            "ddpm",
            "--steps",
            200,
            "--threads",
            1
        };
    }

    @Test
    void namesTheSettingsInWhichAnInterruptedRunDiffers() throws IOException {
        Path kept = folder.resolve("kept");
        try (WorkFolder before = WorkFolder.open(kept)) {
            before.begin(Map.of("--steps", "100"));
            Files.writeString(kept.resolve("unfinished"), "x");
        }

        String warned = succeeding(arguments(command, "--samples", 20, "--steps", 2, "--work", kept))
                .err();

        assertTrue(warned.contains("--steps: 100 then, 2 now"), warned);
        assertFalse(warned.contains("--threads"), warned);
    }

    @Test
    void aKilledRunKeepsItsSamplesAndTheirFeatures() throws Exception {
        Path whole = folder.resolve("whole.npz");
        Path resumed = folder.resolve("resumed.npz");
        Path other = folder.resolve("other.json");
        succeeding(arguments(command, "--out", other, "--samples-out", whole));

        Object[] run = arguments(command, "--out", report, "--samples-out", resumed);
        PausedCall.Written five = written(SHARDS, 5);
        try (HarnessProcess process = HarnessProcess.pausedAfter(five, folder.resolve("said.txt"), run)) {
            process.kill();
        }
        List<Path> shards = five.found();
        assertEquals(5, shards.size());
        assertFalse(Files.exists(resumed));
        // If the first batch were generated again it would not be black; if it were measured again the scores would
        // differ.
        Map<String, Tensor> first = new HashMap<>(Npz.read(shards.get(0)));
        first.put("arr_0", Tensor.zeros(ElementType.UINT8, BATCH, SIZE, SIZE, 3));
        Npz.write(shards.get(0), first);
        succeeding(run);

        byte[] expected = Npz.read(whole).get("arr_0").toByteArray();
        Arrays.fill(expected, 0, BATCH * SIZE * SIZE * 3, (byte) 0);
        assertArrayEquals(expected, Npz.read(resumed).get("arr_0").toByteArray());
        assertArrayEquals(
                Npz.read(whole).get("arr_1").toLongArray(),
                Npz.read(resumed).get("arr_1").toLongArray());
        assertEquals(scores(other, 0), scores(report.resolve("report.json"), 0));
        assertFalse(Files.exists(work), "nothing is left behind");
    }

    @Test
    void aKilledSweepKeepsWhatItHasScored() throws Exception {
        Object[] run = arguments(command, "--classifier-scale", "0,1,4", "--out", report);
        PausedCall.Written one = written("scores-.*\\.json", 1);
        try (HarnessProcess process = HarnessProcess.pausedAfter(one, folder.resolve("said.txt"), run)) {
            process.kill();
        }
        assertEquals(1, one.found().size());
        // If it were scored again, the value would differ.
        Path result = one.found().get(0);
        Files.writeString(result, Files.readString(result).replaceFirst("\"fid\" : [0-9.E-]+", "\"fid\" : 12345.0"));
        succeeding(run);

        JsonNode json =
                new ObjectMapper().readTree(report.resolve("report.json").toFile());
        assertEquals(3, json.get("results").size());
        assertTrue(json.get("results").get(0).get("scores").toString().contains("12345.0"), json.toString());
        assertFalse(json.get("results").get(2).get("scores").toString().contains("12345.0"), json.toString());
        assertEquals(4, json.at("/results/2/point/classifierScale").asDouble());
        assertEquals(8, json.at("/results/0/referenceDistances/farthest").size());
        assertEquals(
                3 * 2 * 2 * 8,
                Jsoup.parse(Files.readString(report.resolve("report.html")))
                        .select(".ranks img")
                        .size(),
                "of each set, of the nearest and the farthest, eight beside their reference images");
        assertFalse(Files.exists(work), "nothing is left behind");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no TERM signal.")
    void aTerminatedRunSaysHowToResume() throws Exception {
        Object[] run = arguments(command, "--work", folder.resolve("kept"));
        work = folder.resolve("kept");
        try (HarnessProcess process = HarnessProcess.pausedAfter(written(SHARDS, 2), folder.resolve("said.txt"), run)) {
            assertEquals(128 + 15, process.terminate());
            assertTrue(process.said().contains("is in " + work + ": give the same command again"), process.said());
        }
    }

    private PausedCall.Written written(String pattern, int count) {
        return new PausedCall.Written(work, pattern, count);
    }

    private static JsonNode scores(Path json, int result) throws IOException {
        return new ObjectMapper().readTree(json.toFile()).at("/results/" + result + "/scores");
    }
}
