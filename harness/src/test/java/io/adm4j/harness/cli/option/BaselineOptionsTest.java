package io.adm4j.harness.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.cli.Harness;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code eval} against a baseline, from the command line. */
class BaselineOptionsTest {
    private static final int SIZE = 4;

    @TempDir
    Path folder;

    private Path network;
    private Path reference;
    private Path baseline;
    private String printed;
    private String error;

    @BeforeEach
    void evaluateOnce() throws Exception {
        network = FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
        reference = npz("reference.npz", 80, 1, 256);
        baseline = folder.resolve("before");
        assertEquals(0, eval(npz("before.npz", 70, 2, 256), "--out", baseline));
        assertTrue(Files.isRegularFile(baseline.resolve("report.html")));
    }

    @Test
    void sameSamplesPass() throws Exception {
        assertEquals(
                0,
                eval(
                        folder.resolve("before.npz"),
                        "--baseline",
                        baseline,
                        "--max-fid-increase",
                        "0",
                        "--max-precision-decrease",
                        "0",
                        "--out",
                        folder.resolve("after")));
        assertEquals("", error);
        assertTrue(
                Files.readString(folder.resolve("after/report.md")).contains("2 figures with limits are within them"));
    }

    @Test
    void worseSamplesExitWithThreeAndOneLine() throws Exception {
        Path worse = npz("worse.npz", 70, 3, 60);

        assertEquals(
                3,
                eval(
                        worse,
                        "--baseline",
                        baseline.resolve("report.json"),
                        "--max-fid-increase",
                        "0.001",
                        "--out",
                        folder.resolve("after")));

        assertTrue(
                error.matches(
                        "Regression against .*: FID from [0-9.]+ to [0-9.]+ \\(\\+[0-9.]+, allowed \\+0.001\\)\\."),
                error);
        assertTrue(
                Files.readString(folder.resolve("after/junit.xml")).contains("<failure"),
                "the report is there all the same");
    }

    @Test
    void withoutLimitsChangesAreShownOnly() throws Exception {
        assertEquals(0, eval(npz("worse.npz", 70, 3, 60), "--baseline", baseline));
        assertTrue(printed.contains("Changes against"), printed);
        assertEquals("", error);
    }

    @Test
    void refusesWithOneSentence() throws Exception {
        Path samples = folder.resolve("before.npz");
        assertRefused("Give --baseline", samples, "--max-fid-increase", "1");
        assertRefused("is not a number of at least 0", samples, "--baseline", baseline, "--max-recall-decrease", "-1");
        assertRefused("There is no baseline", samples, "--baseline", folder.resolve("none"));
        assertRefused("another number of samples (70, now 60)", npz("fewer.npz", 60, 2, 256), "--baseline", baseline);
        reference = npz("reference.npz", 80, 9, 256);
        assertRefused("another reference", samples, "--baseline", baseline);
    }

    @Test
    void everyMetricHasItsLimit() throws Exception {
        StringWriter help = new StringWriter();
        Harness.commandLine().setOut(new PrintWriter(help)).execute("eval", "--help");
        for (Metric metric : Metric.values()) {
            String option =
                    "--max-" + metric.key().replace('_', '-') + (metric.lowerIsBetter() ? "-increase" : "-decrease");
            assertTrue(help.toString().contains(option + "="), option);
        }
    }

    private void assertRefused(String part, Path samples, Object... more) {
        assertEquals(2, eval(samples, more), error);
        assertTrue(error.contains(part), error);
        assertTrue(error.endsWith(".") && !error.contains("\n"), error);
        assertFalse(Files.exists(folder.resolve("after")));
    }

    private int eval(Path samples, Object... more) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<Object> arguments = new ArrayList<>(
                List.of("eval", "--features", network, "--reference", reference, "--samples-npz", samples));
        arguments.addAll(Arrays.asList(more));
        int code = Harness.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.stream().map(Object::toString).toArray(String[]::new));
        printed = out.toString();
        error = err.toString().strip();
        return code;
    }

    private Path npz(String name, int count, long seed, int levels) {
        byte[] values = new byte[count * SIZE * SIZE * 3];
        Random random = new Random(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) random.nextInt(levels);
        }
        Path file = folder.resolve(name);
        Npz.write(file, Map.of("arr_0", Tensor.of(values, count, SIZE, SIZE, 3)));
        return file;
    }
}
