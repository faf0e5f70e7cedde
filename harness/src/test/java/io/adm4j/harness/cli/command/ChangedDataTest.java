package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.arguments;
import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TinyRun;
import io.adm4j.io.PngWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose images change between sessions. */
@Tag("training")
class ChangedDataTest {
    @TempDir
    Path folder;

    private Path data;
    private Path run;
    private String sha256;

    @BeforeEach
    void train() throws IOException {
        data = folder.resolve("data");
        run = folder.resolve("run");
        for (int i = 0; i < 6; i++) {
            Files.createDirectories(data.resolve("class" + i % 2));
            write(data.resolve("class" + i % 2 + "/" + i + ".png"), i);
        }
        succeeding(arguments(
                "train", "diffusion", TinyRun.denoiser(), "--strict", "--data", data, "--steps", 2, "--out", run));
        sha256 = description().at("/data/sha256").asText();
        assertEquals(64, sha256.length());
    }

    @Test
    void filesThatOnlyLookDifferentAreTheSame() throws IOException {
        Path image = data.resolve("class0/2.png");
        Files.setLastModifiedTime(image, FileTime.fromMillis(1_000_000));

        succeeding(resume(3));

        assertEquals(sha256, description().at("/data/sha256").asText());
        assertFalse(description().has("data_changes"));
    }

    @Test
    void aChangedFileIsNamedAndMayBeAccepted() throws IOException {
        write(data.resolve("class0/2.png"), 99);
        write(data.resolve("class1/new.png"), 100);
        Files.delete(data.resolve("class1/5.png"));
        String finding = "The data are not those that this run was trained on: class0/2.png (changed), class1/5.png"
                + " (missing), class1/new.png (new)";

        refused(finding + "; restore what was there, or train on", resume(3));
        String said = succeeding(arguments(resume(3), "--accept-changed-data")).err();

        assertTrue(said.contains("Warning: " + finding + "."), said);
        JsonNode change = description().at("/data_changes/0");
        assertEquals(2, change.get("step").asLong());
        assertEquals(3, change.get("files").asInt());
        assertEquals(sha256, change.get("sha256_before").asText());
        assertNotEquals(sha256, description().at("/data/sha256").asText());
        succeeding(resume(4));
        assertEquals(1, description().get("data_changes").size());
    }

    /** Its header and end are whole, so that it is found once it is decoded. */
    @Test
    void aDamagedImageIsReplacedAndTheRunResumes() throws IOException {
        Path image = data.resolve("class0/2.png");
        byte[] whole = Files.readAllBytes(image);
        byte[] damaged = whole.clone();
        Arrays.fill(damaged, 45, 60, (byte) 0x55);
        Files.write(image, damaged);
        Object[] accepting = arguments(resume(1000), "--strict");

        CommandLineRun stopped = CommandLineRun.of(withFlag(accepting));

        assertEquals(2, stopped.exitCode(), stopped.err());
        assertTrue(stopped.err().contains(image + " cannot be used"), stopped.err());
        Files.write(image, whole);
        succeeding(withFlag(resume((int) new RunFolder(run).require().step() + 1)));
    }

    @Test
    void aRunWithoutARecordIsComparedAsAWhole() throws IOException {
        Files.delete(run.resolve("data.tsv.gz"));
        succeeding(resume(3));
        Files.delete(run.resolve("data.tsv.gz"));
        write(data.resolve("class0/2.png"), 99);

        refused("The data are not those that this run was trained on: one file or more (changed)", resume(4));
    }

    private Object[] resume(int steps) {
        return new Object[] {"train", "diffusion", "--resume", run, "--threads", 1, "--steps", steps};
    }

    private static Object[] withFlag(Object[] command) {
        return arguments(command, "--accept-changed-data");
    }

    private JsonNode description() {
        return new RunFolder(run).description();
    }

    private static void write(Path file, long seed) throws IOException {
        byte[] pixels = new byte[TinyRun.SIZE * TinyRun.SIZE * 3];
        new Random(seed).nextBytes(pixels);
        Files.write(file, PngWriter.encode(pixels, TinyRun.SIZE, TinyRun.SIZE, 3));
    }
}
