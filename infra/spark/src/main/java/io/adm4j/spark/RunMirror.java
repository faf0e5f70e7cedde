package io.adm4j.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.sampling.SettingsDifference;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.TrainingListener;
import io.adm4j.harness.training.TrainingStart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Keeps a run's folder, in which all machines see it, like the driver's own copy: logs and checkpoints as they are saved, with the
 * workers' states that these name; what is older is deleted.
 *
 * <p>Of a checkpoint {@code state.json}, which has the checksums of the other files, is written last: without it the checkpoint counts
 * for nothing.
 */
final class RunMirror implements TrainingListener {
    static final String WORKERS = "workers";

    private static final String DESCRIPTION = "run.json";
    private static final String CHECKPOINT = "checkpoint-";
    private static final String STATE = "state.json";
    private static final List<String> LOGS = List.of("log.csv", "log.jsonl");

    private final RemoteFolder remote;
    private final RunFolder run;

    RunMirror(RemoteFolder remote, RunFolder run) {
        this.remote = remote;
        this.run = run;
    }

    /**
     * Makes the driver's copy of the run, if there is one.
     *
     * @param description what run.json would be of a new run
     * @return whether there is a run to go on with
     * @throws UserError if there is a run with other settings, or something else
     */
    boolean fetch(ObjectNode description) {
        makeLocal();
        if (!remote.has(DESCRIPTION)) {
            List<String> names = remote.names();
            if (!names.isEmpty()) {
                throw new UserError(
                        remote.address() + " holds other files, such as " + names.get(0) + ": choose another --out.");
            }
            return false;
        }
        remote.get(DESCRIPTION, run.path().resolve(DESCRIPTION));
        String then = settings((ObjectNode) run.description());
        String now = settings(description);
        if (!then.equals(now)) {
            throw new UserError(remote.address() + " is a run with other settings"
                    + SettingsDifference.between(then, now) + ": use those settings, or choose another --out.");
        }
        LOGS.stream()
                .filter(remote::has)
                .forEach(log -> remote.get(log, run.path().resolve(log)));
        List<String> checkpoints = remote.folders().stream()
                .filter(name -> name.startsWith(CHECKPOINT))
                .toList();
        checkpoints.forEach(name -> remote.folder(name).getAll(run.path().resolve(name)));
        return run.newest().isPresent();
    }

    private void makeLocal() {
        try {
            Files.createDirectories(run.path());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All of a description but what may change: how long to train, and how the command was written. */
    private static String settings(ObjectNode description) {
        ObjectNode fixed = description.deepCopy();
        fixed.remove(List.of("steps", "commands"));
        // Where the images are does not matter, as long as they are the same.
        fixed.withObject("/data").remove("path");
        return fixed.toString();
    }

    /** Writes run.json. */
    void describe() {
        put(DESCRIPTION);
    }

    @Override
    public void started(TrainingStart start) {}

    @Override
    public void step(StepReport report) {}

    @Override
    public void saved(RunFolder.Checkpoint checkpoint) {
        LOGS.stream().filter(log -> Files.exists(run.path().resolve(log))).forEach(this::put);
        String name = checkpoint.folder().getFileName().toString();
        RemoteFolder target = remote.folder(name);
        List<Path> files = files(checkpoint.folder());
        files.stream().filter(file -> !file.endsWith(STATE)).forEach(file -> target.putCopy(file));
        target.putCopy(checkpoint.folder().resolve(STATE));
        prune();
    }

    private void prune() {
        Set<String> kept = new HashSet<>();
        files(run.path()).forEach(file -> kept.add(file.getFileName().toString()));
        Set<String> states =
                run.savedSteps().stream().map(ClusterRounds::states).collect(Collectors.toSet());

        remote.folders().stream()
                .filter(name -> name.startsWith(CHECKPOINT) && !kept.contains(name))
                .forEach(name -> remote.folder(name).delete());
        remote.folder(WORKERS).folders().stream()
                .map(step -> WORKERS + "/" + step)
                .filter(name -> !states.contains(name))
                .forEach(name -> remote.folder(name).delete());
    }

    private static List<Path> files(Path folder) {
        try (var files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void put(String name) {
        remote.putCopy(run.path().resolve(name));
    }
}
