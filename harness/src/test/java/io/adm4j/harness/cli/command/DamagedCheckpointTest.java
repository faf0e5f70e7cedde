package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TinyRun;
import io.adm4j.harness.training.engine.SavedWeights;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose newest checkpoint is damaged, or holds useless weights. */
@Tag("training")
class DamagedCheckpointTest {
    @TempDir
    Path folder;

    private Path run;
    private Object[] command;

    @BeforeEach
    void train() {
        run = folder.resolve("run");
        Path data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        command = arguments(
                "train", "diffusion", TinyRun.denoiser(), "--ema-rate", 0.5, "--save-interval", 2, "--data", data);
    }

    @Test
    void theOlderOneIsUsedAndSaid() throws IOException {
        succeeding(arguments(command, "--steps", 4, "--out", run));
        Path newest = checkpoint(4);
        try (Stream<Path> files = Files.list(newest)) {
            Path largest = files.filter(file -> file.toFile().length() > 10_000)
                    .findFirst()
                    .orElseThrow();
            try (FileChannel channel = FileChannel.open(largest, StandardOpenOption.WRITE)) {
                channel.truncate(10_000);
            }
        }
        String said = "Warning: The checkpoint " + newest + " is damaged (";
        Path bundle = folder.resolve("bundle");

        String export = succeeding("export", "--denoiser", run, "--ema-rate", 0, "--out", bundle)
                .err();
        assertTrue(export.startsWith(said) && export.lines().count() == 1, export);
        assertEquals(2, steps(bundle));
        String initial = succeeding(
                        arguments(command, "--init-from", run, "--steps", 1, "--out", folder.resolve("tuned")))
                .err();
        assertTrue(initial.contains(said), initial);
        assertEquals(
                2,
                new RunFolder(folder.resolve("tuned"))
                        .description()
                        .at("/init_from/step")
                        .asInt());
        refused("is damaged", "export", "--denoiser", run, "--step", 4, "--out", folder.resolve("none"));
        refused("no checkpoint of step 3, but of 2, 4.", "export", "--denoiser", run, "--step", 3, "--out", bundle);

        var resumed = succeeding("train", "diffusion", "--resume", run, "--steps", 5, "--threads", 1);

        assertTrue(resumed.err().contains(said), resumed.err());
        assertTrue(resumed.out().contains("Resuming from step 2 of"), resumed.out());
        Path whole = folder.resolve("whole");
        succeeding(arguments(command, "--steps", 5, "--out", whole));
        assertArrayEquals(TinyRun.logged(whole, "loss"), TinyRun.logged(run, "loss"), 1e-6);
        assertEquals(
                SavedWeights.read(new RunFolder(whole).require().folder())
                        .weights()
                        .keySet(),
                SavedWeights.read(new RunFolder(run).require().folder())
                        .weights()
                        .keySet());
        assertEquals(List.of(2L, 5L), new RunFolder(run).savedSteps(), "the damaged one is gone");
    }

    @Test
    void exportTakesAnyCheckpointThatIsKept() throws IOException {
        succeeding(arguments(command, "--steps", 8, "--keep", 1, "--keep-every", 4, "--out", run));
        assertEquals(List.of(4L, 6L, 8L), new RunFolder(run).savedSteps(), "6 is sound, of 8 that is not known yet");

        succeeding("export", "--denoiser", run, "--step", 4, "--ema-rate", 0, "--out", folder.resolve("by-step"));
        succeeding("export", "--denoiser", checkpoint(4), "--ema-rate", 0, "--out", folder.resolve("by-folder"));

        assertEquals(4, steps(folder.resolve("by-step")));
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("by-step/denoiser.onnx")),
                Files.readAllBytes(folder.resolve("by-folder/denoiser.onnx")));
    }

    @Test
    void aCheckpointWithALossWithinReasonStays() {
        Object[] diverging = arguments(command, "--save-interval", 1, "--keep", 1, "--out", run);

        String end = succeeding(arguments(diverging, "--steps", 6, "--lr", 30)).err();

        assertTrue(end.contains("Warning: the loss up to step 6, ") && end.contains("is far above the best"), end);
        assertTrue(end.contains("the last checkpoint with a loss within reason is that of step 0."), end);
        assertEquals(List.of(0L, 6L), new RunFolder(run).savedSteps());
        String export = succeeding("export", "--denoiser", run, "--ema-rate", 0, "--out", folder.resolve("bundle"))
                .err();
        assertTrue(export.contains("Warning: of " + run + " the loss up to step 6"), export);
    }

    @Test
    void aLossThatIsNotFiniteLeavesTheSoundCheckpoint() {
        refused(
                "no checkpoint after the first has a loss within reason",
                arguments(command, "--save-interval", 1, "--keep", 1, "--steps", 50, "--lr", 1e6, "--out", run));

        assertTrue(new RunFolder(run).savedSteps().contains(0L), "the only one that is sound");
    }

    private Path checkpoint(long step) {
        return run.resolve("checkpoint-0000000" + step);
    }

    private static int steps(Path bundle) throws IOException {
        return new ObjectMapper()
                .readTree(bundle.resolve("model.json").toFile())
                .findValue("steps")
                .asInt();
    }
}
