package io.adm4j.harness.evaluation.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of an evaluation's unfinished work. */
class WorkFolderTest {
    @TempDir
    Path folder;

    @Test
    void namesSettingsThatDifferFromThoseOfTheInterruptedRun() throws IOException {
        Path path = folder.resolve("work");
        try (WorkFolder work = WorkFolder.open(path)) {
            assertEquals(List.of(), work.begin(Map.of("--steps", "25", "--eta", "0")));
            Files.writeString(path.resolve("features"), "x");
        }
        try (WorkFolder work = WorkFolder.open(path)) {
            assertEquals(
                    List.of("--eta: 0 then, none now", "--seed: none then, 7 now", "--steps: 25 then, 50 now"),
                    work.begin(Map.of("--steps", "50", "--seed", "7")));
        }
        try (WorkFolder work = WorkFolder.open(path)) {
            assertEquals(List.of(), work.begin(Map.of("--steps", "50", "--seed", "7")));
            Files.writeString(path.resolve("settings.json"), "{");
        }
        try (WorkFolder work = WorkFolder.open(path)) {
            assertEquals(List.of(), work.begin(Map.of("--steps", "1")));
        }
    }

    @Test
    void settingsAloneAreNotKept() {
        Path path = folder.resolve("work");
        try (WorkFolder work = WorkFolder.open(path)) {
            work.begin(Map.of("--steps", "25"));
        }
        assertFalse(Files.exists(path));
    }
}
