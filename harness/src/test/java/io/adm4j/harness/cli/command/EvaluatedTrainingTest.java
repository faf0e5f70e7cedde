package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TinyRun;
import io.adm4j.harness.training.engine.SavedWeights;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose samples are scored while they train. */
@Tag("training")
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class EvaluatedTrainingTest {
    private static final int SIGTERM_EXIT = 128 + 15;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path shared;

    private static Path data;
    private static Path bundle;

    @TempDir
    Path folder;

    /** A bundle with a feature network for the small images. */
    @BeforeAll
    static void export() {
        data = TinyRun.data(shared.resolve("data.npz"), 24, 3);
        Path denoiser = shared.resolve("denoiser");
        Path features = shared.resolve("features");
        bundle = shared.resolve("bundle");
        succeeding(
                arguments("train", "diffusion", TinyRun.denoiser(), "--data", data, "--steps", 1, "--out", denoiser));
        succeeding(arguments(
                "train",
                "classifier",
                TinyRun.classifier(),
                "--data",
                data,
                "--steps",
                1,
                "--out",
                features,
                "--no-noise"));
        succeeding("export", "--denoiser", denoiser, "--features", features, "--out", bundle);
    }

    private static Object[] evaluated(Object... options) {
        return arguments(
                arguments(options),
                "--eval-interval",
                2,
                "--eval-samples",
                12,
                "--eval-steps",
                3,
                "--eval-features",
                bundle);
    }

    private static Object[] training(int steps) {
        return arguments("train", "diffusion", TinyRun.denoiser(), "--data", data, "--steps", steps);
    }

    @Test
    void scoresAreThoseOfEvalTheBestIsKeptAndTheRunStaysTheSame() throws IOException {
        Path plain = folder.resolve("plain");
        Path run = folder.resolve("run");
        Object[] options = arguments(training(7), "--keep", 1);
        succeeding(arguments(options, "--out", plain));

        String said =
                succeeding(evaluated(options, "--out", run, "--lr", "1e-3")).err();

        assertArrayEquals(TinyRun.logged(plain, "loss"), TinyRun.logged(run, "loss"), "the same steps");
        assertEquals(weights(plain), weights(run));
        List<JsonNode> lines = evaluations(run);
        assertEquals(List.of(2L, 4L, 6L, 7L), steps(lines));
        assertTrue(Files.readString(run.resolve("evals.csv")).startsWith("step,seconds,inception_score,fid,"));
        JsonNode best = lines.stream()
                .min(Comparator.comparingDouble(line -> line.get("fid").asDouble()))
                .orElseThrow();
        long step = best.get("step").asLong();
        assertTrue(said.contains("Step 7: "), said);
        assertTrue(new RunFolder(run).savedSteps().contains(step));
        assertTrue(new RunFolder(run).savedSteps().contains(7L));
        assertTrue(succeeding("train", "status", run).out().contains("Best:        " + step + ", FID "));
        assertEquals(
                step,
                JSON.readTree(succeeding("train", "status", run, "--json").out())
                        .at("/best/step")
                        .asLong());
        Document page = Jsoup.parse(Files.readString(run.resolve("run.html")));
        assertTrue(page.text().contains("Best FID"), page.text());
        assertTrue(page.text().contains("Fidelity and diversity"), page.text());
        assertTrue(Files.notExists(run.resolve("evaluation")));
        assertTrue(Files.notExists(run.resolve("evaluation-bundle")));
        assertScoredByEval(run, best);
    }

    /** The same figures as harness eval gives for the exported checkpoint. */
    private void assertScoredByEval(Path run, JsonNode best) throws IOException {
        Path exported = folder.resolve("best");
        Path report = folder.resolve("report.json");
        succeeding("export", "--denoiser", run, "--step", "best", "--out", exported);
        succeeding(
                "eval",
                "--bundle",
                exported,
                "--features",
                bundle.resolve("features.onnx"),
                "--reference",
                data,
                "--samples",
                12,
                "--steps",
                3,
                "--bootstrap",
                0,
                "--work",
                folder.resolve("work"),
                "--threads",
                1,
                "--out",
                report);

        JsonNode manifest = JSON.readTree(exported.resolve("model.json").toFile());
        assertEquals(best.get("step"), manifest.at("/provenance/denoiser/steps"));
        JsonNode scores = JSON.readTree(report.toFile()).at("/results/0/scores");
        for (String metric : List.of("fid", "inception_score", "precision", "recall")) {
            assertEquals(scores.get(metric).asDouble(), best.get(metric).asDouble(), 1e-9, metric + " of " + scores);
        }
    }

    @Test
    void anEvaluationThatACrashEndedIsDoneAgainOnResume() throws IOException {
        Path whole = folder.resolve("whole");
        Path run = folder.resolve("run");
        succeeding(evaluated(training(4), "--out", whole));
        succeeding(evaluated(training(2), "--out", run));
        List<JsonNode> before = evaluations(run);
        Files.delete(run.resolve("evals.jsonl"));

        succeeding(evaluated("train", "diffusion", "--resume", run, "--steps", 4, "--threads", 1));

        assertEquals(List.of(2L, 4L), steps(evaluations(run)));
        assertEquals(before.get(0).get("fid"), evaluations(run).get(0).get("fid"));
        assertEquals(
                evaluations(whole).get(1).get("fid"), evaluations(run).get(1).get("fid"));
        assertArrayEquals(TinyRun.logged(whole, "loss"), TinyRun.logged(run, "loss"));
        assertEquals(weights(whole), weights(run));
    }

    @Test
    void anotherScoreMayChooseTheBestOnResume() {
        Path run = folder.resolve("run");
        succeeding(evaluated(training(2), "--out", run));

        succeeding(evaluated(
                "train", "diffusion", "--resume", run, "--steps", 4, "--threads", 1, "--best", "inception_score"));

        assertEquals("inception_score", new RunFolder(run).best().orElseThrow().metric());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no TERM signal.")
    void aSignalEndsAnEvaluationSoon() throws Exception {
        Path run = folder.resolve("run");
        Object[] endless = arguments(training(4), "--out", run, "--eval-interval", 2, "--eval-features", bundle);
        try (HarnessProcess process = HarnessProcess.start(
                folder.resolve("said.txt"), arguments(endless, "--eval-samples", 1_000_000, "--eval-steps", 1000))) {
            while (process.isAlive() && !samplesIn(run)) {
                Thread.sleep(20);
            }
            int exit = process.terminate();

            assertEquals(SIGTERM_EXIT, exit, process.said());
            assertTrue(process.said().contains("The evaluation of step 2 was stopped"), process.said());
            assertTrue(process.said().contains("Stopped and saved at step 2"), process.said());
        }
        succeeding(evaluated("train", "diffusion", "--resume", run, "--steps", 4, "--threads", 1));
        assertEquals(List.of(2L, 4L), steps(evaluations(run)));
    }

    private static boolean samplesIn(Path run) throws IOException {
        Path work = run.resolve("evaluation");
        if (!Files.isDirectory(work)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(work)) {
            return entries.anyMatch(e -> e.getFileName().toString().startsWith("samples-"));
        }
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeTraining() throws IOException {
        Path run = folder.resolve("run");
        Object[] options = arguments(training(2), "--out", run, "--eval-interval", 2);
        Object[] fitting = arguments(options, "--eval-features", bundle);
        Path file = Files.writeString(folder.resolve("file.onnx"), "no graph");
        Path channels = folder.resolve("two.npz");
        Npz.write(channels, Map.of("arr_0", Tensor.of(new byte[5 * 8 * 8 * 2], 5, 8, 8, 2)));

        refused(
                "takes 32x32: name one for that size with --eval-features",
                arguments(options, "--eval-features", "bundles/fashion-mnist-32"));
        refused("There is no metric fidelity", arguments(fitting, "--best", "fidelity"));
        refused("sFID takes spatial features", arguments(fitting, "--best", "sfid"));
        refused("take at least 4 images", arguments(fitting, "--eval-samples", 1));
        refused("There is no feature network", arguments(options, "--eval-features", folder.resolve("none.onnx")));
        refused("file.onnx", arguments(options, "--eval-features", file));
        refused("none.npz", arguments(fitting, "--eval-reference", folder.resolve("none.npz")));
        refused(
                "The network is trained on images of 2 channels",
                arguments(fitting, "--in-channels", 2, "--data", channels));

        assertTrue(Files.notExists(run));
    }

    /** Whatever the layout of the data; scores on another reference cannot be compared, so the step is scored again. */
    @Test
    void theReferenceHasItsOwnLayout() throws IOException {
        Path run = folder.resolve("run");
        Path channelsFirst = folder.resolve("chw.npz");
        byte[] values = new byte[12 * 3 * 8 * 8];
        new Random(0).nextBytes(values);
        Npz.write(channelsFirst, Map.of("arr_0", Tensor.of(values, 12, 3, 8, 8)));
        Path other = TinyRun.data(folder.resolve("other.npz"), 9, 0);
        Object[] options = {"--eval-interval", 1, "--eval-samples", 8, "--eval-steps", 1, "--eval-features"};
        Object[] scored = arguments(arguments(options, bundle.resolve("features.onnx")));
        Object[] first =
                arguments(arguments(training(1), "--data", channelsFirst, "--out", run), "--layout", "CHW", scored);

        refused("name one with --eval-reference", first);
        succeeding(arguments(first, "--eval-reference", data));
        JsonNode before = evaluations(run).get(0).get("of");
        Object[] resume = {"train", "diffusion", "--resume", run, "--threads", 1};
        refused("name one with --eval-reference", arguments(resume, "--steps", 2, scored));
        succeeding(arguments(arguments(resume, "--steps", 2), scored, "--eval-reference", other));

        List<JsonNode> lines = evaluations(run);
        assertEquals(List.of(1L, 2L), steps(lines));
        assertEquals(lines.get(0).get("of"), lines.get(1).get("of"), "step 1 is scored again");
        assertNotEquals(before, lines.get(0).get("of"));
    }

    @Test
    void withoutEvaluationsThereIsNoBest() {
        Path run = folder.resolve("run");
        succeeding(arguments(training(1), "--out", run));

        refused(
                "No checkpoint of " + run + " has been scored",
                "export",
                "--denoiser",
                run,
                "--step",
                "best",
                "--out",
                folder.resolve("b"));
    }

    private static List<Long> steps(List<JsonNode> lines) {
        return lines.stream().map(line -> line.get("step").asLong()).toList();
    }

    private static List<JsonNode> evaluations(Path run) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("evals.jsonl"))) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    private static String weights(Path run) {
        return SavedWeights.read(new RunFolder(run).require().folder()).sha256();
    }
}
