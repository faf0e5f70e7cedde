package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.harness.training.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code harness bench} on networks so small that the times mean nothing. */
@Tag("training")
class BenchCommandTest {
    private static final String DENOISER = """
            {"image_size": 8, "num_channels": 32, "num_res_blocks": 1, "channel_mult": "1", "attention_resolutions": "",
             "class_cond": true, "num_classes": 3, "learn_sigma": true, "dropout": 0.1, "diffusion_steps": 4,
             "noise_schedule": "cosine"}
            """;
    private static final String CLASSIFIER = """
            {"image_size": 8, "classifier_width": 32, "classifier_depth": 1, "channel_mult": "1",
             "classifier_attention_resolutions": "", "num_head_channels": 32, "num_classes": 3}
            """;

    @TempDir
    Path folder;

    private Path denoiser;
    private Path classifier;

    @BeforeEach
    void writeFlags() throws IOException {
        denoiser = Files.writeString(folder.resolve("denoiser.json"), DENOISER);
        classifier = Files.writeString(folder.resolve("classifier.json"), CLASSIFIER);
    }

    @Test
    void measuresScores() throws IOException {
        Path out = folder.resolve("new/metrics.json");
        CommandLineRun run = succeeding(
                "bench",
                "metrics",
                "--samples",
                90,
                "--reference",
                80,
                "--features",
                6,
                "--repeats",
                1,
                "--measure",
                "statistics,fid,bootstrap,fid_infinity,kid,neighbours",
                "--out",
                out);

        for (String title : List.of(
                "mean and covariance",
                "FID from statistics",
                "FID with bootstrap",
                "FID infinity",
                "KID",
                "precision, recall, density, coverage")) {
            assertTrue(run.out().contains(title), run.out());
        }
        JsonNode json = new ObjectMapper().readTree(out.toFile());
        assertEquals(6, names(json).size());
        assertEquals(90, json.get("samples").asInt());
        assertEquals(80, json.get("reference").asInt());
        assertEquals(6, json.get("features").asInt());
        JsonNode fid = json.at("/measurements/1");
        assertEquals("FID from statistics", fid.get("name").asText());
        assertEquals(1, fid.get("seconds").size());
        assertEquals(fid.at("/seconds/0").asDouble(), fid.get("min").asDouble());
        refused("at least 60", "bench", "metrics", "--samples", 10);
        refused("is a folder", "bench", "metrics", "--out", folder);
    }

    @Test
    void measuresWhatTheFlagsAllow() throws IOException {
        // More runs than the process has steps: the guided run must begin again.
        JsonNode all = bench("--classifier-flags", classifier, "--repeats", 5);

        assertEquals(
                List.of(
                        "denoiser forward",
                        "denoiser vjp",
                        "guided DDIM step",
                        "training step",
                        "classifier training step"),
                names(all));
        assertEquals("cpu", all.get("device").asText());
        assertEquals("plain", all.get("engine").asText());
        assertEquals(2, all.get("batch_size").asInt());
        for (JsonNode one : all.get("measurements")) {
            assertEquals(5, one.get("seconds").size());
            assertTrue(one.get("min").asDouble() > 0);
            assertTrue(one.get("median").asDouble() >= one.get("min").asDouble());
            assertEquals(
                    2 / one.get("median").asDouble(),
                    one.get("pictures_per_second").asDouble(),
                    1e-6);
        }
        assertEquals(List.of("denoiser forward", "denoiser vjp", "training step"), names(bench("--repeats", 1)));
        assertEquals(
                List.of("training step"), names(bench("--repeats", 1, "--measure", "training", "--squared-error")));
        assertTrue(bench("--repeats", 1, "--measure", "forward", "--precision", "fp16")
                .at("/flags/use_fp16")
                .asBoolean());
    }

    @Test
    void measuresUpsamplers() throws IOException {
        Files.writeString(denoiser, DENOISER.replace("\"image_size\": 8", "\"large_size\": 8, \"small_size\": 4"));

        assertEquals(List.of("denoiser forward", "upsampler training step"), names(bench("--repeats", 1)));
        refused("--measure vjp is for denoisers", "bench", "--flags", denoiser, "--measure", "vjp");
    }

    /** Runs of each kind with both engines; the parts of a step are its time. */
    @Test
    void measuresTrainingByPart() throws IOException {
        Path data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        Path out = folder.resolve("parts.json");
        Object[] few = {"--batch-size", 2, "--repeats", 3, "--warm-up", 1, "--threads", 1, "--out", out};

        String table = succeeding(
                        CommandLineRun.arguments("bench", "training", "--flags", denoiser, "--data", data, few))
                .out();

        assertTrue(table.contains("train diffusion"), table);
        assertTrue(table.contains("plain / ort"), table);
        JsonNode json = new ObjectMapper().readTree(out.toFile());
        assertEquals(2, json.get("engines").size());
        for (JsonNode engine : json.get("engines")) {
            assertEquals(6, engine.at("/step/seconds").size(), "two rounds");
            assertEquals(2, engine.at("/saving/seconds").size());
            for (int i = 0; i < 6; i++) {
                double sum = 0;
                for (String part : List.of("data_wait", "preparation", "forward_backward", "optimizer")) {
                    sum += engine.at("/" + part + "/seconds/" + i).asDouble();
                }
                assertEquals(sum, engine.at("/step/seconds/" + i).asDouble(), 1e-9);
            }
            for (String part : List.of("loading", "forward_backward", "optimizer", "saving", "opening")) {
                assertTrue(engine.at("/" + part + "/min").asDouble() > 0, part);
            }
        }
        String other = succeeding(CommandLineRun.arguments(
                        "bench",
                        "training",
                        "--classifier-flags",
                        classifier,
                        few,
                        "--engines",
                        "plain",
                        "--rounds",
                        1))
                .out();
        assertTrue(other.contains("train classifier"), other);
        assertTrue(other.contains("random images"), other);
        refused("one network", "bench", "training", "--flags", denoiser, "--classifier-flags", classifier);
    }

    @Test
    void printsATable() {
        String out = succeeding("bench", "--flags", denoiser, "--batch-size", 1, "--repeats", 1, "--warm-up", 0)
                .out();

        assertTrue(out.contains("images/s"), out);
        assertTrue(out.contains("denoiser forward"), out);
        assertTrue(out.contains("training step"), out);
    }

    @Test
    void badInputIsOneSentence() throws IOException {
        Path small = Files.writeString(folder.resolve("small.json"), CLASSIFIER.replace(": 8,", ": 4,"));
        Path classes = Files.writeString(folder.resolve("classes.json"), CLASSIFIER.replace(": 3}", ": 5}"));

        refused("at least 1", "bench", "--flags", denoiser, "--repeats", 0);
        refused("--classifier-flags", "bench", "--flags", denoiser, "--measure", "guided");
        refused("--classifier-flags", "bench", "--flags", denoiser, "--measure", "classifier");
        refused("one size", "bench", "--flags", denoiser, "--classifier-flags", small);
        refused("the same ones", "bench", "--flags", denoiser, "--classifier-flags", classes);
        refused("--bundle", "bench", "--flags", denoiser, "--bundle", folder);
        refused("cannot be read", "bench", "--flags", folder.resolve("none.json"));
        refused(
                "is a file, not a folder",
                "bench",
                "--flags",
                denoiser,
                "--out",
                denoiser.resolve("below/a/file.json"));
        refused("--device cpu", "bench", "--flags", denoiser, "--device", "cuda");
    }

    private JsonNode bench(Object... more) throws IOException {
        Path out = folder.resolve("new/times.json");
        succeeding(CommandLineRun.arguments(
                "bench", "--flags", denoiser, "--batch-size", 2, "--warm-up", 1, "--out", out, more));
        return new ObjectMapper().readTree(out.toFile());
    }

    private static List<String> names(JsonNode benchmark) {
        List<String> names = new ArrayList<>();
        benchmark.get("measurements").forEach(m -> names.add(m.get("name").asText()));
        return names;
    }
}
