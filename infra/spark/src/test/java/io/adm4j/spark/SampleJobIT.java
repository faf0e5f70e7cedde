package io.adm4j.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.cli.Harness;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleJobIT {
    private static final String STEPS = "ddim5";

    @TempDir
    Path folder;

    @Test
    void imagesAreThoseOfOneMachine() throws Exception {
        LocalCluster.Run run = sample(LocalCluster.TWO_EXECUTORS, "--samples", "40", "--parquet", "table");

        assertEquals(0, run.exitCode(), run.text());
        assertTrue(run.text().contains("40 images in out"), run.text());
        assertSingleMachines(40);
        assertEquals(2, files("table", ".parquet"), "one file for each executor");
    }

    @Test
    void aKilledExecutorCostsItsBatchOnly() throws Exception {
        LocalCluster.Run run = LocalCluster.start(
                LocalCluster.TWO_EXECUTORS,
                SampleJob.class,
                folder,
                List.of("--samples", "160", "--batch-size", "8", "--steps", STEPS, "--out", "out"));
        run.await(() -> files("out", ".npz") > 0);
        ProcessHandle killed = run.executors().get(0);

        killed.destroyForcibly();

        assertEquals(0, run.exitCode(), run.text());
        assertTrue(run.text().contains(" was lost"), run.text());
        assertSingleMachines(160, "--batch-size", "8");
    }

    @Test
    void aSecondRunMakesWhatIsMissing() throws Exception {
        sample(LocalCluster.IN_DRIVER, "--samples", "40");
        Files.delete(folder.resolve("out/shard-000000016.npz"));

        LocalCluster.Run again = sample(LocalCluster.IN_DRIVER, "--samples", "40");

        assertTrue(again.text().contains("(24 of them from before)"), again.text());
        assertSingleMachines(40);

        LocalCluster.Run other = sample(LocalCluster.IN_DRIVER, "--samples", "40", "--seed", "1");

        assertRefused(
                other,
                "holds images of other settings (seed: 0 then, 1 now): use those settings, choose another --out");
    }

    @Test
    void mistakesAreOneSentence() throws Exception {
        assertRefused(
                sample(LocalCluster.IN_DRIVER, "--bundle", "local:/no/such/bundle"),
                "local:/no/such/bundle is missing on the executor driver: put it there, or give a path of the machine that"
                        + " starts the job or an address such as hdfs: or s3a:.");
        assertRefused(
                sample(LocalCluster.IN_DRIVER, "--device", "cuda"),
                "--device cuda takes one GPU for each task: add --conf spark.executor.resource.gpu.amount=1");
    }

    private LocalCluster.Run sample(String master, String... more) throws IOException, InterruptedException {
        String[] arguments = Stream.concat(Stream.of("--steps", STEPS, "--out", "out"), Stream.of(more))
                .toArray(String[]::new);
        return LocalCluster.run(master, SampleJob.class, folder, arguments);
    }

    private static void assertRefused(LocalCluster.Run run, String sentence) throws IOException, InterruptedException {
        assertEquals(2, run.exitCode(), run.text());
        assertTrue(run.text().contains(sentence), run.text());
        assertTrue(!run.text().contains("\tat "), run.text());
    }

    private void assertSingleMachines(int count, String... more) {
        Path single = folder.resolve("single.npz");
        String[] arguments = Stream.concat(
                        Stream.of(
                                "sample",
                                "--bundle",
                                LocalCluster.BUNDLE.toString(),
                                "--samples",
                                String.valueOf(count),
                                "--steps",
                                STEPS,
                                "--out",
                                single.toString()),
                        Stream.of(more))
                .toArray(String[]::new);
        assertEquals(0, Harness.commandLine().execute(arguments));
        Map<String, Tensor> expected = Npz.read(single);
        ByteArrayOutputStream images = new ByteArrayOutputStream();
        ByteArrayOutputStream labels = new ByteArrayOutputStream();
        for (int first = 0, batch = more.length > 0 ? Integer.parseInt(more[1]) : 16; first < count; first += batch) {
            Map<String, Tensor> shard =
                    Npz.read(folder.resolve(String.format(Locale.ROOT, "out/shard-%09d.npz", first)));
            images.writeBytes(shard.get("arr_0").toByteArray());
            labels.writeBytes(shard.get("arr_1").toByteArray());
        }
        assertArrayEquals(expected.get("arr_0").toByteArray(), images.toByteArray());
        assertArrayEquals(expected.get("arr_1").toByteArray(), labels.toByteArray());
    }

    private long files(String name, String suffix) {
        try (Stream<Path> files = Files.list(folder.resolve(name))) {
            return files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .filter(file -> file.toString().endsWith(suffix))
                    .count();
        } catch (IOException e) {
            return 0;
        }
    }
}
