package io.adm4j.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.Split;
import io.adm4j.harness.training.InnerResult;
import io.adm4j.harness.training.InnerRound;
import io.adm4j.harness.training.RoundSettings;
import io.adm4j.harness.training.TrainedNetwork;
import io.adm4j.harness.training.TrainingSettings;
import io.adm4j.runtime.Device;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * The executors' part of a training job: rounds of workers.
 *
 * @param description contents of the run's run.json
 * @param build of the driver
 * @param run the run's folder
 * @param threads of one worker; 0 for as many as Spark gives to its task
 */
record InnerWork(
        String description,
        TrainedNetwork network,
        JarBuild build,
        SharedInput data,
        ImageReading reading,
        RemoteFolder run,
        Device device,
        int threads)
        implements Serializable {
    /** The files of a checkpoint that a worker needs of the common weights. */
    static final List<String> WEIGHTS = List.of("weights.json", "weights.bin");

    /**
     * What a task found.
     *
     * @param state folder of the worker's state, below that of the run
     * @param result null if there is an error
     * @param attempt 0 unless a try before was lost
     * @param error the mistake that ends the run: empty if there is none
     */
    record Done(String state, @Nullable InnerResult result, int attempt, String executor, String error)
            implements Serializable {}

    /** A round of one worker. */
    record Piece(int worker, long from, long to, String global, String own) implements Serializable {}

    Iterator<Done> run(Iterator<Piece> pieces) {
        build.requireHere();
        List<Done> done = new ArrayList<>();
        pieces.forEachRemaining(piece -> done.add(run(piece)));
        return done.iterator();
    }

    private Done run(Piece piece) {
        try (ScratchFolder scratch = ScratchFolder.make("round")) {
            return run(piece, scratch.path());
        } catch (IOException e) {
            throw new UncheckedIOException("The round could not be run on the local disk.", e);
        }
    }

    private Done run(Piece piece, Path scratch) throws IOException {
        GpuOfTask.use();
        JsonNode json = json(description);
        JsonNode flags = json.get("flags");
        Dataset images = images(json);
        TrainingSettings settings = TrainingSettings.fromJson(json.get("training"));
        Path global = copy(piece.global(), WEIGHTS, scratch.resolve("global"));
        Optional<Path> own = piece.own().isEmpty()
                ? Optional.empty()
                : Optional.of(copy(piece.own(), run.folder(piece.own()).names(), scratch.resolve("own")));
        Path target = Files.createDirectories(scratch.resolve("state"));
        TaskContext task = TaskContext.get();
        InnerResult result;
        try {
            result = new InnerRound(
                            network.task(flags, images, settings),
                            settings,
                            RoundSettings.fromJson(json.get("rounds")),
                            device,
                            threads == 0 ? task.cpus() : threads)
                    .run(piece.worker(), piece.from(), piece.to(), global, own, target, scratch.resolve("graphs"));
        } catch (UserError e) {
            // It would be the same if Spark tried again.
            return new Done("", null, task.attemptNumber(), ExecutorState.name(), String.valueOf(e.getMessage()));
        }
        // Of two tries at the same time, each writes its own folder.
        String state = ClusterRounds.states(piece.to()) + "/" + piece.worker() + "-" + task.taskAttemptId();
        try (Stream<Path> files = Files.list(target)) {
            files.sorted()
                    .forEach(file -> run.folder(state).put(file.getFileName().toString(), file));
        }
        return new Done(state, result, task.attemptNumber(), ExecutorState.name(), "");
    }

    private Path copy(String folder, List<String> names, Path target) throws IOException {
        Files.createDirectories(target);
        names.forEach(name -> run.folder(folder).get(name, target.resolve(name)));
        return target;
    }

    private Dataset images(JsonNode json) {
        return ExecutorState.once("images of " + run.address(), () -> {
            Dataset images = reading.open(data.here(), network, json.get("flags"), Split.TRAIN);
            if (!images.checksum().equals(json.at("/data/sha256").asText())) {
                throw new UserError(
                        "The executor " + ExecutorState.name() + " has other images at " + data.location()
                                + " than the driver: put the same ones on each, or give a path of the machine that starts the job.");
            }
            return images;
        });
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
