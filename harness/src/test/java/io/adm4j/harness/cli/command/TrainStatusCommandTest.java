package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TinyRun;
import io.adm4j.io.LockFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("training")
class TrainStatusCommandTest {
    @TempDir
    Path folder;

    @Test
    void saysWhereARunStands() throws IOException {
        Path data = TinyRun.data(folder.resolve("data.npz"), 7, 3);
        Path run = folder.resolve("run");
        refused("no training run", "train", "status", run);
        succeeding(arguments("train", "diffusion", TinyRun.denoiser(), "--data", data, "--steps", 2, "--out", run));
        succeeding("train", "diffusion", "--resume", run, "--steps", 5, "--threads", 1);

        String text = succeeding("train", "status", run).out();
        JsonNode json = new ObjectMapper()
                .readTree(succeeding("train", "status", run, "--json").out());

        assertTrue(text.contains("Step:        5 of 5"), text);
        assertTrue(text.contains("Images seen: 20"), text);
        assertTrue(text.contains("Checkpoints: 2, 5"), text);
        assertTrue(text.contains("harness train diffusion --resume " + run + " --steps 5"), text);
        assertTrue(text.contains("harness export --denoiser " + run), text);
        assertFalse(json.get("training").asBoolean());
        assertEquals(
                Arrays.stream(TinyRun.logged(run, "loss")).average().orElseThrow(),
                json.get("loss").asDouble(),
                1e-9);
        assertEquals(2, json.at("/checkpoints/0").asLong());
        try (LockFile lock = new RunFolder(run).lock()) {
            assertTrue(lock.channel().isOpen());
            assertTrue(succeeding("train", "status", run).out().contains("a process trains it"));
        }
    }
}
