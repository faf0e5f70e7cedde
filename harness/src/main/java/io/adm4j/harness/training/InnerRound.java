package io.adm4j.harness.training;

import io.adm4j.export.training.AdamW;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.BackgroundCheck;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.harness.training.engine.EngineSettings;
import io.adm4j.harness.training.engine.JoinedState;
import io.adm4j.harness.training.engine.TrainingEngine;
import io.adm4j.io.FileTree;
import io.adm4j.runtime.Device;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One worker's round of DiLoCo: from the global weights, with moments of its own, a number of AdamW steps (Douillard et al. 2023,
 * algorithm 1, lines 3 to 9).
 *
 * <p>A function of its arguments alone, to the last bit on processors of the same kind: a round that was lost is run again, anywhere.
 *
 * <p>The learning rate with its warm-up and annealing, and AdamW's correction of its moments, go by the worker's own step, since each
 * step moves the weights of a worker once: W workers take a schedule of N steps in N steps each. Moving averages are none of the
 * worker's: they are of the global weights, see {@link OuterStep}.
 */
public final class InnerRound {
    private final TrainingTask task;
    private final TrainingSettings settings;
    private final RoundSettings rounds;
    private final Device device;
    private final int threads;

    /**
     * @param task a new one for each round, since it may keep state
     * @param threads CPU threads; 0 for as many as there are processors
     */
    public InnerRound(TrainingTask task, TrainingSettings settings, RoundSettings rounds, Device device, int threads) {
        this.task = task;
        this.settings = settings;
        this.rounds = rounds;
        this.device = device;
        this.threads = threads;
    }

    /**
     * Trains.
     *
     * @param worker from 0
     * @param from steps done before the round
     * @param to steps done after it
     * @param global folder of the checkpoint with the weights before the round
     * @param own folder that this worker's round before wrote; empty in the first round
     * @param target folder for weights, moments and the task's state; exists
     * @param scratch folder for graphs and temporary files, of this round alone; made if there is none
     * @throws UserError if the loss or the weights are no longer finite, or an image cannot be used
     */
    public InnerResult run(int worker, long from, long to, Path global, Optional<Path> own, Path target, Path scratch) {
        long start = System.nanoTime();
        LearningRateSchedule schedule = settings.schedule();
        GradientAccumulation gradients = new GradientAccumulation(task, settings.microbatch());
        own.ifPresent(task::loadState);
        double[] sums = new double[task.metricNames().size()];
        try (BatchPrefetcher batches = new BatchPrefetcher(
                        step -> task.batch(rounds.batch(worker, step)), from, to, BatchPrefetcher.usualThreads());
                TrainingEngine engine = open(start(global, own, scratch), scratch);
                // Once is enough.
                BackgroundCheck check = from == 0 ? task.checkImages() : BackgroundCheck.none()) {
            for (long step = from; step < to; step++) {
                double[] metrics = gradients
                        .accumulate(engine, rounds.batch(worker, step), batches.next())
                        .metrics();
                engine.update(schedule.at(step));
                if (!Double.isFinite(metrics[0])) {
                    throw diverged("The loss is", worker, step + 1);
                }
                Arrays.setAll(sums, i -> sums[i] + metrics[i]);
            }
            engine.save(target).ifPresent(name -> {
                throw diverged("The weights '" + name + "' are", worker, to);
            });
            task.saveState(target);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The round was interrupted.", e);
        }
        Map<String, Double> means = new LinkedHashMap<>();
        for (int i = 0; i < sums.length; i++) {
            means.put(task.metricNames().get(i), sums[i] / (to - from));
        }
        return new InnerResult(means, (System.nanoTime() - start) / 1e9);
    }

    /** AdamW keeps its moments where the weights are replaced (section 2 of the paper). */
    private static Path start(Path global, Optional<Path> own, Path scratch) {
        if (own.isEmpty()) {
            return global;
        }
        Path start = scratch.resolve("start");
        try {
            FileTree.delete(start);
            Files.createDirectories(start);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        JoinedState.write(global, own.get(), start);
        return start;
    }

    private TrainingEngine open(Path checkpoint, Path scratch) {
        return EngineKind.PLAIN.open(
                task.graph(),
                checkpoint,
                scratch,
                new EngineSettings(AdamW.withWeightDecay(settings.weightDecay()), List.of(), device, threads));
    }

    private static UserError diverged(String what, int worker, long step) {
        return new UserError(what + " no longer finite at step " + step + " of worker " + worker
                + ": start a new run with a smaller --lr or --outer-lr.");
    }
}
