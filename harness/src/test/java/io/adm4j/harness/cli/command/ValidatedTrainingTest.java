package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.harness.training.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --val-data}: metrics of images that a classifier is not trained on. */
@Tag("training")
class ValidatedTrainingTest {
    @TempDir
    Path folder;

    private Path data;
    private Path other;

    @BeforeEach
    void writeData() {
        data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        other = TinyRun.data(folder.resolve("other.npz"), 5, 3, 9);
    }

    /** Weights, moments and averages are those of a run without validation, in a run that was resumed too. */
    @ParameterizedTest
    @ValueSource(strings = {"plain", "ort"})
    void trainingDoesNotDependOnIt(String engine) throws IOException {
        Path without = train("without", engine, 4);
        Path with = train("with", engine, 4, "--val-data", other, "--val-interval", 2, "--microbatch", 3);
        Path same = train("same", engine, 4, "--microbatch", 3);
        Path resumed = train("resumed", engine, 2, "--val-data", other, "--val-interval", 2, "--microbatch", 3);
        succeeding("train", "classifier", "--resume", resumed, "--steps", 4, "--threads", 1);

        for (String file : files(same)) {
            assertEquals(-1, Files.mismatch(checkpoint(same, file), checkpoint(with, file)), file);
            assertEquals(-1, Files.mismatch(checkpoint(with, file), checkpoint(resumed, file)), file);
        }
        assertArrayEquals(TinyRun.logged(without, "loss"), TinyRun.logged(with, "loss"), 1e-5);
        assertEquals(validation(with), validation(resumed));
    }

    @Test
    void metricsAreLoggedAtTheInterval() throws IOException {
        Path run = train("run", "plain", 4, "--val-data", other, "--val-interval", 2);

        List<String> losses = validation(run);
        assertEquals("", losses.get(0));
        assertTrue(Double.parseDouble(losses.get(1)) > 0);
        assertEquals("", losses.get(2));
        String header = Files.readAllLines(run.resolve("log.csv")).get(0);
        assertTrue(header.contains(",val_loss,val_accuracy,val_accuracy5,val_loss_q0,"), header);
        assertTrue(header.contains("val_accuracy5_q3"), header);
        assertTrue(Files.readString(run.resolve("run.html")).contains("Validation"));
    }

    /** Before the first update: the same images, timesteps and noise give what training on them gives. */
    @Test
    void valuesAreThoseOfTheNetwork() throws IOException {
        Path run =
                train("run", "plain", 1, "--val-data", data, "--val-interval", 1, "--lr", 1e-30, "--weight-decay", 0);

        assertEquals(TinyRun.logged(run, "loss")[0], TinyRun.logged(run, "val_loss")[0], 1e-6);
        assertEquals(TinyRun.logged(run, "accuracy")[0], TinyRun.logged(run, "val_accuracy")[0]);
    }

    @Test
    void imagesThatDoNotFitAreRefused() {
        Path more = TinyRun.data(folder.resolve("more.npz"), 9, 4);
        Path plain = TinyRun.data(folder.resolve("plain.npz"), 5, 0);
        refused("not those of the images", start("run", "plain", 1, "--val-data", more));
        refused("needs labels", start("run", "plain", 1, "--val-data", plain));
        assertTrue(Files.notExists(folder.resolve("run")));
    }

    private Path train(String name, String engine, int steps, Object... more) {
        succeeding(start(name, engine, steps, more));
        return folder.resolve(name);
    }

    private Object[] start(String name, String engine, int steps, Object... more) {
        return arguments(
                "train",
                "classifier",
                TinyRun.classifier(),
                "--data",
                data,
                "--steps",
                steps,
                "--engine",
                engine,
                "--out",
                folder.resolve(name),
                more);
    }

    private static List<String> validation(Path run) throws IOException {
        List<String> lines = Files.readAllLines(run.resolve("log.csv"));
        int column = List.of(lines.get(0).split(",", -1)).indexOf("val_loss");
        return lines.stream().skip(1).map(line -> line.split(",", -1)[column]).toList();
    }

    private static List<String> files(Path run) throws IOException {
        return new ObjectMapper()
                .readTree(checkpoint(run, "state.json").toFile()).path("files").properties().stream()
                        .map(Map.Entry::getKey)
                        .toList();
    }

    private static Path checkpoint(Path run, String file) {
        return run.resolve("checkpoint-00000004").resolve(file);
    }
}
