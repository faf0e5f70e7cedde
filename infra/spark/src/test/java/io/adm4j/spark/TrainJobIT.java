package io.adm4j.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.harness.cli.Harness;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.training.InnerResult;
import io.adm4j.harness.training.InnerRound;
import io.adm4j.harness.training.Round;
import io.adm4j.harness.training.RoundLoop;
import io.adm4j.harness.training.RoundRunner;
import io.adm4j.harness.training.RoundSettings;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.TrainedNetwork;
import io.adm4j.harness.training.TrainingSettings;
import io.adm4j.harness.training.TrainingTask;
import io.adm4j.harness.training.WorkerRound;
import io.adm4j.io.Npz;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TrainJobIT {
    private static final int SIZE = 8;

    @TempDir
    Path folder;

    @BeforeEach
    void writeImages() {
        byte[] values = new byte[24 * SIZE * SIZE * 3];
        new Random(1).nextBytes(values);
        Npz.write(folder.resolve("data.npz"), Map.of("arr_0", Tensor.of(values, 24, SIZE, SIZE, 3)));
    }

    @Test
    void aKilledExecutorChangesNothingOfTheResult() throws Exception {
        List<String> arguments = arguments("--inner-steps", "60", "--rounds", "2");
        LocalCluster.Run run = LocalCluster.start(LocalCluster.TWO_EXECUTORS, TrainJob.class, folder, arguments);
        run.await(() -> Files.exists(folder.resolve("out/checkpoint-00000060/state.json")));
        ProcessHandle killed = run.executors().get(0);
        Duration before = used(killed);
        // An executor without a task needs no time of the processor.
        run.await(() -> used(killed).minus(before).compareTo(Duration.ofMillis(300)) > 0);

        killed.destroyForcibly();

        assertEquals(0, run.exitCode(), run.text());
        assertTrue(
                run.text().matches("(?s).*Worker [01] was lost 1 time on its way from step 60 to 120; .*"), run.text());
        assertEquals("1.0", column("repeated").get(1));
        assertEquals("2.0", column("workers").get(1));
        assertSameAsOneProcess(120);
    }

    @Test
    void aJobGoesOnAtItsLastRoundAndItsRunIsExported() throws Exception {
        LocalCluster.Run first =
                LocalCluster.run(LocalCluster.IN_DRIVER, TrainJob.class, folder, line("--rounds", "1"));
        assertEquals(0, first.exitCode(), first.text());

        LocalCluster.Run second =
                LocalCluster.run(LocalCluster.IN_DRIVER, TrainJob.class, folder, line("--rounds", "3"));

        assertEquals(0, second.exitCode(), second.text());
        assertTrue(second.text().contains("Going on from step 3 of "), second.text());
        assertEquals(List.of("3", "6", "9"), column("step"));
        assertEquals(List.of("checkpoint-00000006", "checkpoint-00000009"), names("out", "checkpoint"));
        assertEquals(List.of("00000006", "00000009"), names("out/workers", ""));
        assertSameAsOneProcess(9);
        assertEquals(
                0,
                Harness.commandLine()
                        .execute(
                                "export",
                                "--denoiser",
                                folder.resolve("out").toString(),
                                "--out",
                                folder.resolve("bundle").toString()));

        LocalCluster.Run other = LocalCluster.run(
                LocalCluster.IN_DRIVER, TrainJob.class, folder, line("--rounds", "4", "--outer-lr", "0.5"));

        assertEquals(2, other.exitCode(), other.text());
        assertTrue(
                other.text()
                        .contains(
                                " is a run with other settings (rounds.outer_lr: 0.7 then, 0.5 now): use those settings,"
                                        + " or choose another --out."),
                other.text());
    }

    @Test
    void mistakesAreOneSentence() {
        assertRefused("--workers", "--workers", "0");
        assertRefused("--inner-steps", "--workers", "2", "--inner-steps", "0");
        assertRefused("--outer-lr", "--workers", "2", "--outer-lr", "0");
        assertRefused("--outer-momentum must be below 1, not 1", "--workers", "2", "--outer-momentum", "1");
        assertRefused("Give the number of workers: --workers W.", "--rounds", "1");
        assertRefused("Give the length of the training: --rounds R", "--workers", "2");
        assertRefused("--steps and --rounds both say", "--workers", "2", "--rounds", "1", "--steps", "1");
        assertRefused("--engine ort keeps a state", "--workers", "2", "--rounds", "1", "--engine", "ort");
    }

    private static void assertRefused(String sentence, String... options) {
        StringWriter text = new StringWriter();
        CommandLine parser = JobRunner.parser(new TrainJob())
                .setOut(new PrintWriter(text, true))
                .setErr(new PrintWriter(text, true));
        List<String> arguments = new ArrayList<>(List.of("diffusion", "--data", "none", "--out", "none"));
        arguments.addAll(List.of(options));
        assertEquals(2, parser.execute(arguments.toArray(String[]::new)), text.toString());
        assertTrue(text.toString().contains(sentence), text.toString());
        assertTrue(!text.toString().contains("\tat "), text.toString());
    }

    private static Duration used(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static String[] line(String... more) {
        return arguments(Stream.concat(Stream.of("--inner-steps", "3"), Stream.of(more))
                        .toArray(String[]::new))
                .toArray(String[]::new);
    }

    private static List<String> arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of("diffusion", "--data", "data.npz", "--out", "out"));
        arguments.addAll(List.of("--image-size", "8", "--num-channels", "32", "--channel-mult", "1"));
        arguments.addAll(List.of("--num-res-blocks", "1", "--attention-resolutions", "8", "--num-head-channels", "16"));
        arguments.addAll(List.of("--batch-size", "4", "--lr-warmup-steps", "2", "--threads", "1", "--workers", "2"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    /** The same rounds in this process, without Spark. */
    private void assertSameAsOneProcess(long steps) throws IOException {
        JsonNode json =
                new ObjectMapper().readTree(folder.resolve("out/run.json").toFile());
        TrainingSettings settings = TrainingSettings.fromJson(json.get("training"));
        RoundSettings rounds = RoundSettings.fromJson(json.get("rounds"));
        Dataset images = Dataset.open(folder.resolve("data.npz"), DatasetOptions.ofSize(SIZE));
        RunFolder run = new RunFolder(folder.resolve("single"));
        run.create(JsonNodeFactory.instance.objectNode());
        TrainingTask task = task(json, images, settings);
        RoundRunner inThisProcess = round ->
                new RoundRunner.Outcome(List.of(worker(0, round, json, images), worker(1, round, json, images)), 0);
        RoundLoop loop =
                new RoundLoop(task.metricNames(), settings, rounds, run, inThisProcess, Optional.empty(), List.of());
        loop.prepare(InitialWeights.of(task.graph().graph().parameters(), settings.seed()));

        Path expected = loop.train(steps).folder();

        Path found = folder.resolve("out").resolve(expected.getFileName().toString());
        for (String file : List.of("weights.json", "weights.bin", "outer_momentum.bin", "average_0.995.bin")) {
            assertArrayEquals(
                    Files.readAllBytes(expected.resolve(file)), Files.readAllBytes(found.resolve(file)), file);
        }
    }

    private WorkerRound worker(int worker, Round round, JsonNode json, Dataset images) {
        TrainingSettings settings = TrainingSettings.fromJson(json.get("training"));
        try {
            Path target = Files.createDirectories(folder.resolve("states").resolve(round.to() + "-" + worker));
            InnerResult result = new InnerRound(
                            task(json, images, settings),
                            settings,
                            RoundSettings.fromJson(json.get("rounds")),
                            Device.CPU,
                            1)
                    .run(
                            worker,
                            round.from(),
                            round.to(),
                            round.global().folder(),
                            round.state(worker).map(Path::of),
                            target,
                            folder.resolve("graphs"));
            return new WorkerRound(target, target.toString(), result);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TrainingTask task(JsonNode json, Dataset images, TrainingSettings settings) {
        return TrainedNetwork.DENOISER.task(json.get("flags"), images, settings);
    }

    private List<String> column(String name) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("out/log.csv"));
        int index = List.of(lines.get(0).split(",", -1)).indexOf(name);
        return lines.stream().skip(1).map(line -> line.split(",", -1)[index]).toList();
    }

    private List<String> names(String path, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(path))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }
}
