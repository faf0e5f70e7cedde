package io.adm4j.harness.training;

import io.adm4j.export.training.AdamW;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.BackgroundCheck;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.harness.training.engine.EngineSettings;
import io.adm4j.harness.training.engine.SavedWeights;
import io.adm4j.harness.training.engine.TrainingEngine;
import io.adm4j.io.LockFile;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.util.Locale;
import java.util.Map;

/**
 * Trains one network with AdamW from its newest checkpoint to a number of steps.
 *
 * <p>Everything random depends on the settings' seed and the number of the step, so a run that was stopped and resumed
 * takes the same steps as one that was not.
 */
public final class TrainingLoop {
    private final TrainingTask task;
    private final TrainingSettings settings;
    private final RunFolder run;
    private final Device device;
    private final int threads;
    private final ProgressListener progress;
    private volatile boolean stopped;

    public TrainingLoop(
            TrainingTask task,
            TrainingSettings settings,
            RunFolder run,
            Device device,
            int threads,
            ProgressListener progress) {
        this.task = task;
        this.settings = settings;
        this.run = run;
        this.device = device;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * Saves the first checkpoint of a new run.
     *
     * @param engine that trains the run from now on
     * @param weights initial value of each parameter by name; not modified
     */
    public void prepare(EngineKind engine, Map<String, Tensor> weights) {
        run.save(0, 0, checkpoint -> engine.start(checkpoint, weights, settings.emaRates()));
    }

    /** Asks {@link #train} to save and return after the current step; safe to call from any thread. */
    public void stop() {
        stopped = true;
    }

    /**
     * Trains until {@code steps} optimizer steps are done or {@link #stop} is called, saving every {@code saveInterval}
     * steps and at the end.
     *
     * @return the checkpoint that holds the last step
     * @throws UserError if the loss or, where they are saved, the weights are no longer finite (the last checkpoint
     *     stays), or another process trains this run
     */
    public RunFolder.Checkpoint train(long steps, long saveInterval) {
        try (LockFile lock = run.lock()) {
            return trainLocked(steps, saveInterval);
        }
    }

    private RunFolder.Checkpoint trainLocked(long steps, long saveInterval) {
        RunFolder.Checkpoint saved = run.require();
        long first = saved.step();
        if (first >= steps) {
            return saved;
        }
        LearningRateSchedule schedule = settings.schedule();
        GradientAccumulation gradients = new GradientAccumulation(task, settings.microbatch());
        RunningMeans means = new RunningMeans(task.metricNames());
        double before = saved.seconds();
        try (TrainingEngine engine = open(saved);
                TrainingLog log = TrainingLog.open(run.log(), task.metricNames(), first);
                BackgroundCheck check = task.checkImages();
                BatchPrefetcher batches = new BatchPrefetcher(task::batch, first, steps);
                Progress shown = progress.start("Training", first, steps, "steps")) {
            long start = System.nanoTime();
            boolean last = stopped;
            for (long step = first; !last; step++) {
                double learningRate = schedule.at(step);
                double[] metrics = gradients.accumulate(engine, batches.next());
                engine.update(learningRate);
                double seconds = (System.nanoTime() - start) / 1e9;
                log.add(step + 1, learningRate, metrics, before + seconds);
                requireFinite(metrics[0], step + 1, saved);
                means.add(metrics);
                double rate = (step + 1 - first) * settings.batchSize() / seconds;
                shown.message(String.format(Locale.ROOT, "%s  %.1f images/s", means, rate));
                shown.step(1);
                last = step + 1 == steps || stopped;
                if (last || (step + 1) % saveInterval == 0) {
                    saved = save(engine, step + 1, before + seconds, saved);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return saved;
    }

    private TrainingEngine open(RunFolder.Checkpoint checkpoint) {
        return EngineKind.of(checkpoint.folder())
                .open(
                        task.graph(),
                        checkpoint.folder(),
                        run.graphs(),
                        new EngineSettings(
                                AdamW.withWeightDecay(settings.weightDecay()), settings.emaRates(), device, threads));
    }

    /** The loss shows only what the update before it did to the weights, so those of the last update are checked. */
    private RunFolder.Checkpoint save(
            TrainingEngine engine, long step, double seconds, RunFolder.Checkpoint lastSaved) {
        return run.save(step, seconds, checkpoint -> {
            engine.save(checkpoint);
            SavedWeights.read(checkpoint).notFinite().ifPresent(name -> {
                throw diverged("The weights '" + name + "' are no longer finite after", step, lastSaved);
            });
        });
    }

    private void requireFinite(double loss, long step, RunFolder.Checkpoint saved) {
        if (!Double.isFinite(loss)) {
            throw diverged("The loss is no longer finite at", step, saved);
        }
    }

    private UserError diverged(String what, long step, RunFolder.Checkpoint saved) {
        String weights = saved.step() == 0 ? "" : " from these weights (--init-from " + run.path() + ")";
        return new UserError(what + " step " + step + "; the checkpoint of step " + saved.step()
                + " is not affected: start a new run" + weights + " with a smaller --lr.");
    }
}
