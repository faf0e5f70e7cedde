package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchPlanCommandTest {
    private static final Pattern BLOCK = Pattern.compile(
            "(<!-- output of harness (bench plan [^>]*?) -->\n).*?(<!-- end of output -->)", Pattern.DOTALL);

    @TempDir
    Path folder;

    private JsonNode plan(Object... options) throws IOException {
        Path out = folder.resolve("plan.json");
        succeeding(CommandLineRun.arguments(
                "bench", "plan", "--step-seconds", 0.5, "--out", out, CommandLineRun.arguments(options)));
        return new ObjectMapper().readTree(out.toFile()).path("plans");
    }

    /** Three workers for seven batches: one has three, and the others wait for it. */
    @Test
    void theLargestShareDecides() throws IOException {
        JsonNode row = plan(
                        CommandLineRun.arguments("--images", 70, "--workers", 3, "--batch-size", 10, "--steps", 4),
                        "--start-seconds",
                        5,
                        "--failures",
                        0,
                        "--image-bytes",
                        1000,
                        "--bandwidth",
                        1)
                .path(0);

        assertEquals(70 * 4 * 0.5, row.path("compute_seconds").asDouble(), 1e-9);
        assertEquals(5 + 30 * 4 * 0.5, row.path("sampling_seconds").asDouble(), 1e-9);
        assertEquals(0, row.path("lost_seconds").asDouble());
        assertEquals(70_000, row.path("kept_bytes").asDouble());
        assertEquals(0.14, row.path("joining_seconds").asDouble(), 1e-9);
    }

    /** A batch takes 20 s and a start 5 s, so each failure costs 15 s; at 24 an hour that is a tenth of the time. */
    @Test
    void failuresTakeTheirShare() throws IOException {
        JsonNode row = plan(
                        CommandLineRun.arguments("--images", 100, "--workers", 1, "--batch-size", 10, "--steps", 4),
                        "--start-seconds",
                        5,
                        "--failures",
                        24)
                .path(0);

        assertEquals(205 / 0.9, row.path("sampling_seconds").asDouble(), 1e-9);
        assertEquals(205 / 0.9 - 205, row.path("lost_seconds").asDouble(), 1e-9);
    }

    @Test
    void slowStorageIsWaitedFor() throws IOException {
        JsonNode row = plan(
                        CommandLineRun.arguments("--images", 1000, "--workers", 1000, "--batch-size", 1, "--steps", 1),
                        "--start-seconds",
                        0,
                        "--image-bytes",
                        1_000_000,
                        "--bandwidth",
                        10)
                .path(0);

        assertEquals(100, row.path("sampling_seconds").asDouble(), 1e-9);
    }

    @Test
    void neighborsGrowWithTheSquare() throws IOException {
        JsonNode rows = plan(
                CommandLineRun.arguments("--images", "90,990", "--workers", 2, "--reference", 10),
                "--pairs-per-second",
                100,
                "--block-rows",
                30,
                "--row-bytes",
                8);

        assertEquals(90 * 90 + 90 * 10 + 10 * 10, rows.path(0).path("pairs").asDouble());
        assertEquals(45.5, rows.path(0).path("neighbor_seconds").asDouble(), 1e-9);
        assertEquals(4 * 800, rows.path(0).path("moved_bytes").asDouble());
        assertEquals(34 * 8000, rows.path(1).path("moved_bytes").asDouble());
    }

    @Test
    void badNumbersAreOneSentence() {
        refused("'0' is not a number above 0", "bench", "plan", "--step-seconds", 0);
        refused("'x' is not a whole number", "bench", "plan", "--step-seconds", 1, "--images", "5,x");
        refused("give a smaller --batch-size", "bench", "plan", "--step-seconds", 100, "--failures", 10);
    }

    /** Written again with {@code -Dadm4j.docs=write}, as the references of the options are. */
    @Test
    void thePageShowsWhatTheCommandPrints() throws IOException {
        Path page = Path.of(System.getProperty("adm4j.root"), "infra", "scale.md");
        String text = Files.readString(page);
        String current = BLOCK.matcher(text)
                .replaceAll(block -> Matcher.quoteReplacement(block.group(1)
                        + "\n```\n"
                        + succeeding((Object[]) block.group(2).split(" ")).out().replace("\r\n", "\n") + "```\n\n"
                        + block.group(3)));
        if ("write".equals(System.getProperty("adm4j.docs"))) {
            Files.writeString(page, current);
        }
        assertEquals(
                Files.readString(page),
                current,
                "infra/scale.md is out of date: run this test with -Dadm4j.docs=write");
        assertEquals(3, BLOCK.matcher(text).results().count());
    }
}
