package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.fetch.FileServer;
import io.adm4j.harness.cli.Harness;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 4, unit = TimeUnit.MINUTES)
class FetchCommandTest {
    private static final String GRAPH = "classify_image_graph_def.pb";

    @TempDir
    Path folder;

    @Test
    void fetchesFromAMirrorAndChecksWhatIsHere() throws Exception {
        byte[] content = "a graph".getBytes(StandardCharsets.UTF_8);
        try (FileServer server = new FileServer("/m/ref_batches/" + GRAPH, content)) {
            String first = succeeding("fetch", "inception", "--mirror", server.base() + "/m", "--dir", folder)
                    .out();

            assertArrayEquals(content, Files.readAllBytes(folder.resolve(GRAPH)));
            assertTrue(first.startsWith("fetched") && first.contains("7 bytes"), first);
        }
        assertTrue(succeeding("fetch", "inception", "--dir", folder).out().startsWith("checked"));

        Files.writeString(folder.resolve(GRAPH), "another");
        refused("has changed since it was fetched", "fetch", "inception", "--dir", folder);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no TERM signal.")
    void aProcessThatIsStoppedLeavesItsPart() throws Exception {
        byte[] content = new byte[300_000];
        new Random(1).nextBytes(content);
        try (FileServer server = new FileServer("/" + GRAPH, content).stalling(100_000)) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            Harness.class.getName(),
                            "fetch",
                            "inception",
                            "--mirror",
                            server.base(),
                            "--dir",
                            folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log.txt").toFile())
                    .start();
            Path part = folder.resolve(GRAPH + ".part");
            try {
                while (process.isAlive() && (!Files.exists(part) || Files.size(part) < 20_000)) {
                    Thread.sleep(10);
                }
                process.destroy();
                assertTrue(process.waitFor(1, TimeUnit.MINUTES), "the process ends");
            } finally {
                process.destroyForcibly();
            }

            assertFalse(Files.exists(folder.resolve(GRAPH)), Files.readString(folder.resolve("log.txt")));
            long received = Files.size(part);
            assertTrue(received >= 20_000 && received <= 100_000, received + " bytes");

            succeeding("fetch", "inception", "--mirror", server.base(), "--dir", folder);

            assertArrayEquals(content, Files.readAllBytes(folder.resolve(GRAPH)));
            assertFalse(Files.exists(part));
            assertEquals("/" + GRAPH + " bytes=" + received + "- \"one\"", server.lastRequest());
        }
    }

    @Test
    void mistakesAreSaid() {
        refused("did you mean imagenet256", "fetch", "imagenet265");
        refused("did you mean reference-imagenet64", "fetch", "referense-imagenet64");
        refused("No classifier was released for lsun-cat", "fetch", "lsun-cat", "--only", "classifier");
        refused(
                "neither an http address nor",
                "fetch",
                "lsun-cat",
                "--mirror",
                folder.resolve("none"),
                "--dir",
                folder);
        refused("has no file lsun_cat.pt", "fetch", "lsun-cat", "--mirror", folder, "--dir", folder.resolve("d"));
    }
}
