package io.adm4j.spark;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.training.Round;
import io.adm4j.harness.training.RoundRunner;
import io.adm4j.harness.training.WorkerRound;
import io.adm4j.io.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Runs each round as a stage with a task for each worker. A plain stage and no barrier: workers do not wait for each other within a
 * round, and a task that is lost is repeated alone, where a barrier would repeat all.
 */
final class ClusterRounds implements RoundRunner {
    private final JobContext context;
    private final InnerWork work;
    private final int workers;
    private final Path local;
    private final Consumer<String> notes;

    /**
     * @param local folder of the driver for the workers' weights
     * @param notes told in one line of each worker whose round was lost
     */
    ClusterRounds(JobContext context, InnerWork work, int workers, Path local, Consumer<String> notes) {
        this.context = context;
        this.work = work;
        this.workers = workers;
        this.local = local;
        this.notes = notes;
    }

    /** The folder of the workers' states after a step, below that of the run. */
    static String states(long step) {
        return String.format(Locale.ROOT, "%s/%08d", RunMirror.WORKERS, step);
    }

    @Override
    public Outcome run(Round round) {
        List<InnerWork.Piece> pieces = new ArrayList<>();
        String global = round.global().folder().getFileName().toString();
        for (int worker = 0; worker < workers; worker++) {
            pieces.add(new InnerWork.Piece(
                    worker,
                    round.from(),
                    round.to(),
                    global,
                    round.state(worker).orElse("")));
        }
        InnerWork task = work;
        List<InnerWork.Done> done = context.run("Steps to " + round.to(), workers, "workers", pieces, task::run);
        List<WorkerRound> rounds = new ArrayList<>();
        int repeated = 0;
        for (int worker = 0; worker < workers; worker++) {
            InnerWork.Done of = done.get(worker);
            if (of.attempt() > 0) {
                repeated += of.attempt();
                notes.accept("Worker " + worker + " was lost " + Count.of(of.attempt(), "time")
                        + " on its way from step " + round.from() + " to " + round.to()
                        + "; the executor " + of.executor() + " took the same steps again.");
            }
            if (!of.error().isEmpty()) {
                throw new UserError(of.error());
            }
            rounds.add(new WorkerRound(weights(worker, of.state()), of.state(), Objects.requireNonNull(of.result())));
        }
        return new Outcome(rounds, repeated);
    }

    private Path weights(int worker, String state) {
        Path target = local.resolve(String.valueOf(worker));
        try {
            FileTree.delete(target);
            Files.createDirectories(target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        InnerWork.WEIGHTS.forEach(name -> work.run().folder(state).get(name, target.resolve(name)));
        return target;
    }
}
