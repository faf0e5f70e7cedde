package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.io.LockFile;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains one network by DiLoCo, from its newest checkpoint to a number of steps: round by round, each saved as a checkpoint.
 *
 * <p>A checkpoint has the global weights, their moving averages and the momentum of the outer optimizer, and names the state that each
 * worker left where the workers are. A round is told to listeners as one step, with {@code workers}, {@code repeated} and, where they
 * are measured, values of other images beside the metrics; its gradient is the outer gradient.
 */
public final class RoundLoop {
    /** Further values of a round: how many workers took part, and how many of their rounds were lost and run again. */
    public static final String WORKERS = "workers";

    public static final String REPEATED = "repeated";

    private static final String STATES = "workers.json";

    private final List<String> metricNames;
    private final TrainingSettings settings;
    private final RoundSettings rounds;
    private final RunFolder run;
    private final RoundRunner runner;
    private final Optional<HeldOutLoss> heldOut;
    private final List<TrainingListener> listeners;

    /**
     * @param metricNames of the task
     * @param heldOut values of other images, to measure after rounds
     * @param listeners notified in their order; the runner may read a checkpoint once all of them know that it is saved
     */
    public RoundLoop(
            List<String> metricNames,
            TrainingSettings settings,
            RoundSettings rounds,
            RunFolder run,
            RoundRunner runner,
            Optional<HeldOutLoss> heldOut,
            List<TrainingListener> listeners) {
        this.metricNames = List.copyOf(metricNames);
        this.settings = settings;
        this.rounds = rounds;
        this.run = run;
        this.runner = runner;
        this.heldOut = heldOut;
        this.listeners = List.copyOf(listeners);
    }

    /**
     * Saves the first checkpoint of a new run.
     *
     * @param weights initial value of each parameter by name; not modified
     */
    public RunFolder.Checkpoint prepare(Map<String, Tensor> weights) {
        return run.save(0, 0, folder -> EngineKind.PLAIN.start(folder, weights, settings.emaRates()));
    }

    /**
     * Trains until every worker has taken {@code steps} steps.
     *
     * @return the checkpoint that holds the last step
     * @throws UserError if the loss or the weights are no longer finite, or another process trains this run
     */
    public RunFolder.Checkpoint train(long steps) {
        try (LockFile lock = run.lock()) {
            RunFolder.Checkpoint saved = run.require();
            if (saved.step() >= steps) {
                return saved;
            }
            LossWatch losses = new LossWatch(saved);
            try (TrainingListeners told = TrainingListeners.start(listeners, start(saved, steps))) {
                while (saved.step() < steps) {
                    saved = round(saved, rounds.end(saved.step(), steps), steps, losses, told);
                }
            }
            return saved;
        }
    }

    private TrainingStart start(RunFolder.Checkpoint saved, long steps) {
        List<String> further = new ArrayList<>(List.of(WORKERS, REPEATED));
        heldOut.ifPresent(images -> further.addAll(images.names()));
        return new TrainingStart(
                saved.step(), steps, saved.seconds(), settings.batchSize() * rounds.workers(), metricNames, further);
    }

    private RunFolder.Checkpoint round(
            RunFolder.Checkpoint before, long to, long steps, LossWatch losses, TrainingListeners told) {
        long begin = System.nanoTime();
        long innerSteps = to - before.step();
        RoundRunner.Outcome outcome = runner.run(new Round(before.step(), to, before, states(before)));
        double waited = since(begin);
        long computed = System.nanoTime();
        OuterStep.Result next = outerStep(before, outcome.workers(), innerSteps);
        double updating = since(computed);
        Map<String, Double> metrics = means(outcome.workers());
        losses.add(metrics.values().iterator().next());
        LossHistory history = losses.history();
        computed = System.nanoTime();
        double seconds = before.seconds() + since(begin);
        RunFolder.Checkpoint saved = run.save(to, seconds, history, folder -> {
            next.state().write(folder);
            write(
                    folder.resolve(STATES),
                    outcome.workers().stream().map(WorkerRound::state).toList());
        });
        losses.saved(to, history);
        StepTimes times = new StepTimes(0, 0, waited, updating, since(computed));
        told.step(report(saved, metrics, further(saved, outcome, steps), next, times));
        told.saved(saved);
        return saved;
    }

    private OuterStep.Result outerStep(RunFolder.Checkpoint before, List<WorkerRound> workers, long innerSteps) {
        OuterStep outer =
                new OuterStep(new OuterOptimizer(rounds.outerRate(), rounds.outerMomentum()), settings.emaRates());
        OuterStep.Result next = outer.take(
                before.folder(), workers.stream().map(WorkerRound::weights).toList(), innerSteps, run.path());
        next.state().notFinite().ifPresent(name -> {
            throw new UserError(
                    "The weights '" + name + "' are no longer finite after the outer step that followed step "
                            + (before.step() + innerSteps) + ": start a new run with a smaller --lr or --outer-lr.");
        });
        return next;
    }

    /** The mean of each metric over all workers. */
    private Map<String, Double> means(List<WorkerRound> workers) {
        Map<String, Double> means = new LinkedHashMap<>();
        for (String name : metricNames) {
            means.put(
                    name,
                    workers.stream()
                                    .mapToDouble(
                                            worker -> worker.result().metrics().getOrDefault(name, Double.NaN))
                                    .sum()
                            / workers.size());
        }
        return means;
    }

    private Map<String, Double> further(RunFolder.Checkpoint saved, RoundRunner.Outcome outcome, long steps) {
        Map<String, Double> further = new LinkedHashMap<>();
        further.put(WORKERS, (double) outcome.workers().size());
        further.put(REPEATED, (double) outcome.repeated());
        long round = (saved.step() + rounds.innerSteps() - 1) / rounds.innerSteps();
        heldOut.filter(images -> round % images.interval() == 0 || saved.step() == steps)
                .ifPresent(images -> further.putAll(images.of(saved.folder(), run.graphs())));
        return further;
    }

    private StepReport report(
            RunFolder.Checkpoint saved,
            Map<String, Double> metrics,
            Map<String, Double> further,
            OuterStep.Result next,
            StepTimes times) {
        return new StepReport(
                saved.step(),
                settings.schedule().at(saved.step() - 1),
                metrics,
                further,
                next.gradientNorm(),
                next.parameterNorm(),
                settings.imagesBefore(saved.step() * rounds.workers()),
                saved.seconds(),
                times);
    }

    /**
     * Where a checkpoint says that each worker's state is; empty for the first one.
     *
     * @throws UserError if that cannot be read
     */
    public static List<String> states(RunFolder.Checkpoint checkpoint) {
        if (checkpoint.step() == 0) {
            return List.of();
        }
        Path file = checkpoint.folder().resolve(STATES);
        try {
            List<String> states = new ArrayList<>();
            for (JsonNode state : new ObjectMapper().readTree(file.toFile())) {
                states.add(state.asText());
            }
            return states;
        } catch (IOException e) {
            throw new UserError(file + " could not be read: this is no run of several workers.", e);
        }
    }

    private static void write(Path file, List<String> states) {
        try {
            Files.writeString(file, new ObjectMapper().writeValueAsString(states) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double since(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1e9;
    }
}
