package io.adm4j.harness.training;

import io.adm4j.runtime.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** All workers of a round in this process, one after the other; their states are folders. */
public final class LocalRounds implements RoundRunner {
    private final Supplier<TrainingTask> tasks;
    private final TrainingSettings settings;
    private final RoundSettings rounds;
    private final Path folder;

    /** @param tasks a new task at every call */
    public LocalRounds(Supplier<TrainingTask> tasks, TrainingSettings settings, RoundSettings rounds, Path folder) {
        this.tasks = tasks;
        this.settings = settings;
        this.rounds = rounds;
        this.folder = folder;
    }

    @Override
    public Outcome run(Round round) {
        List<WorkerRound> done = new ArrayList<>();
        for (int worker = 0; worker < rounds.workers(); worker++) {
            Path target = folder.resolve(round.to() + "-" + worker);
            try {
                Files.createDirectories(target);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            InnerResult result = new InnerRound(tasks.get(), settings, rounds, Device.CPU, 1)
                    .run(
                            worker,
                            round.from(),
                            round.to(),
                            round.global().folder(),
                            round.state(worker).map(Path::of),
                            target,
                            folder.resolve("scratch"));
            done.add(new WorkerRound(target, target.toString(), result));
        }
        return new Outcome(done, 0);
    }
}
