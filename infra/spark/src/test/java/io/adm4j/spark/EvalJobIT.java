package io.adm4j.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.cli.Harness;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalJobIT {
    private static final int SIZE = 32;
    private static final List<String> GENERATED = List.of(
            "--bundle",
            LocalCluster.BUNDLE.toString(),
            "--samples",
            "160",
            "--steps",
            "ddim2",
            "--metrics",
            "all",
            "--bootstrap",
            "20");

    @TempDir
    Path folder;

    @Test
    void aKilledExecutorDoesNotChangeTheReport() throws Exception {
        LocalCluster.Run run = LocalCluster.start(
                LocalCluster.TWO_EXECUTORS,
                EvalJob.class,
                folder,
                arguments(GENERATED, "--parts", "8", "--out", "report"));
        run.await(() -> finished("report/parts") > 0);
        ProcessHandle killed = run.executors().get(0);

        killed.destroyForcibly();

        assertEquals(0, run.exitCode(), run.text());
        assertTrue(run.text().contains(" was lost"), run.text());
        assertSingleMachines(GENERATED);
        assertFalse(Files.exists(folder.resolve("report/parts")), "parts are removed when the report is written");
    }

    @Test
    void givenSamplesAreScoredAsOnOneMachineAndGated() throws Exception {
        List<String> given = List.of(
                "--samples-npz",
                images("given/images.npz", 90, 1).toString(),
                "--reference",
                images("real/images.npz", 100, 2).toString(),
                "--bundle",
                LocalCluster.BUNDLE.toString(),
                "--bootstrap",
                "20");
        LocalCluster.Run run = eval(given, "--parts", "3", "--out", "report");
        assertEquals(0, run.exitCode(), run.text());
        assertSingleMachines(given);

        List<String> others = new ArrayList<>(given);
        others.set(1, images("given/others.npz", 90, 3).toString());
        LocalCluster.Run gated =
                eval(others, "--out", "gated", "--baseline", "report/report.json", "--max-fid-increase", "0");

        assertEquals(Files.readString(folder.resolve("gated/junit.xml")).contains("<failure"), gated.exitCode() == 3);
        assertTrue(List.of(0, 3).contains(gated.exitCode()), gated.text());
    }

    @Test
    void aSecondRunGoesOn() throws Exception {
        LocalCluster.Run failed =
                eval(GENERATED, "--parts", "2", "--out", "report", "--max-fid-increase", "1", "--baseline", "none");
        assertRefused(failed, "There is no baseline none");
        assertFalse(Files.exists(folder.resolve("report/parts")), "a mistake is found before anything is computed");

        LocalCluster.Run interrupted = LocalCluster.start(
                LocalCluster.IN_DRIVER, EvalJob.class, folder, arguments(GENERATED, "--parts", "4", "--out", "report"));
        interrupted.await(() -> finished("report/parts") > 0);
        interrupted.process().descendants().forEach(ProcessHandle::destroyForcibly);
        interrupted.process().destroyForcibly();
        interrupted.exitCode();

        assertRefused(
                eval(GENERATED, "--seed", "1", "--out", "report"),
                "holds parts of an interrupted evaluation with other settings (--seed: none then, 1 now): use those"
                        + " settings, choose another --out, or remove the folder.");

        LocalCluster.Run again = eval(GENERATED, "--out", "report");

        assertEquals(0, again.exitCode(), again.text());
        assertTrue(again.text().contains("/3 parts"), again.text());
        assertSingleMachines(GENERATED);
    }

    @Test
    void mistakesAreOneSentence() throws Exception {
        assertRefused(
                eval(List.of("--samples", "20", "--out", "report"), "--bundle", "local:/no/such/bundle"),
                "local:/no/such/bundle is missing on the executor driver: put it there");
        assertRefused(
                eval(List.of("--samples", "20", "--out", "report"), "--device", "cuda"),
                "--device cuda takes one GPU for each task");
        assertRefused(eval(List.of("--samples", "20")), "Name the folder of the report with --out");
        assertRefused(
                eval(List.of("--samples", "20", "--out", "report"), "--part", "1/2"),
                "--part is for processes that share the work by themselves");
        assertRefused(eval(List.of("--samples", "20", "--out", "none:/report")), "none:/report");
    }

    private Path images(String name, int count, long seed) throws IOException {
        byte[] values = new byte[count * SIZE * SIZE * 3];
        new SplittableRandom(seed).nextBytes(values);
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Npz.write(file, Map.of("arr_0", Tensor.of(values, count, SIZE, SIZE, 3)));
        return file;
    }

    private LocalCluster.Run eval(List<String> given, String... more) throws IOException, InterruptedException {
        return LocalCluster.run(
                LocalCluster.IN_DRIVER,
                EvalJob.class,
                folder,
                arguments(given, more).toArray(String[]::new));
    }

    private static List<String> arguments(List<String> given, String... more) {
        List<String> all = new ArrayList<>(given);
        all.addAll(List.of(more));
        return all;
    }

    private static void assertRefused(LocalCluster.Run run, String sentence) throws IOException, InterruptedException {
        assertEquals(2, run.exitCode(), run.text());
        assertTrue(run.text().contains(sentence), run.text());
        assertFalse(run.text().contains("\tat "), run.text());
    }

    private long finished(String parts) {
        String[] names = folder.resolve(parts).toFile().list((in, name) -> name.startsWith("part-"));
        return names == null ? 0 : names.length;
    }

    private void assertSingleMachines(List<String> given) throws IOException {
        List<String> single = new ArrayList<>(List.of("eval", "--no-cache"));
        single.addAll(given);
        single.addAll(List.of("--out", folder.resolve("single").toString()));
        assertEquals(0, Harness.commandLine().execute(single.toArray(String[]::new)));
        assertEquals(report("single"), report("report"));
    }

    /** A report without times; jars have a version, the classes of this test have none. */
    private JsonNode report(String name) throws IOException {
        ObjectNode json = (ObjectNode) new ObjectMapper()
                .readTree(folder.resolve(name).resolve("report.json").toFile());
        json.remove(List.of("adm4j", "created", "seconds"));
        json.get("results").forEach(result -> ((ObjectNode) result).remove("seconds"));
        return json;
    }
}
