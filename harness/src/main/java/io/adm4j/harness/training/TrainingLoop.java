package io.adm4j.harness.training;

import io.adm4j.export.training.AdamW;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.BackgroundCheck;
import io.adm4j.harness.training.engine.EngineKind;
import io.adm4j.harness.training.engine.EngineSettings;
import io.adm4j.harness.training.engine.TrainingEngine;
import io.adm4j.io.DiskWait;
import io.adm4j.io.LockFile;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains one network with AdamW from its newest checkpoint to a number of steps.
 *
 * <p>Everything random depends on the settings' seed and the number of the step, so a run that was stopped and resumed
 * takes the same steps as one that was not.
 */
public final class TrainingLoop {
    /** Metric of mixed precision, beside those of the task: base-2 logarithm of the scale of the loss. */
    public static final String LG_LOSS_SCALE = "lg_loss_scale";

    private final TrainingTask task;
    private final TrainingSettings settings;
    private final RunFolder run;
    private final Device device;
    private final int threads;
    private final List<TrainingListener> listeners;
    private final Optional<Validation> validation;
    private volatile boolean stopped;

    /** @param listeners notified in their order */
    public TrainingLoop(
            TrainingTask task,
            TrainingSettings settings,
            RunFolder run,
            Device device,
            int threads,
            List<TrainingListener> listeners) {
        this(task, settings, run, device, threads, listeners, Optional.empty());
    }

    /** As above, with metrics of other images. */
    public TrainingLoop(
            TrainingTask task,
            TrainingSettings settings,
            RunFolder run,
            Device device,
            int threads,
            List<TrainingListener> listeners,
            Optional<Validation> validation) {
        this.validation = validation;
        this.task = task;
        this.settings = settings;
        this.run = run;
        this.device = device;
        this.threads = threads;
        this.listeners = List.copyOf(listeners);
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
        listeners.forEach(TrainingListener::stop);
    }

    /**
     * Trains until {@code steps} optimizer steps are done or {@link #stop} is called, saving every {@code saveInterval}
     * steps and at the end.
     *
     * @return the checkpoint that holds the last step
     * @throws UserError if the loss or, where they are saved, the weights are no longer finite (the last sound
     *     checkpoint stays), an image cannot be used (what was done is saved first), or another process trains this run
     */
    public RunFolder.Checkpoint train(long steps, long saveInterval) {
        try (LockFile lock = run.lock()) {
            return trainLocked(steps, saveInterval);
        } catch (UserError e) {
            if (!DiskWait.isFull(e)) {
                throw e;
            }
            throw new UserError(
                    e.getMessage() + " The run is saved up to step "
                            + run.require().step() + ": make room, then resume it with --resume " + run.path() + ".",
                    e);
        }
    }

    private RunFolder.Checkpoint trainLocked(long steps, long saveInterval) {
        RunFolder.Checkpoint saved = run.require();
        long first = saved.step();
        if (first >= steps) {
            return saved;
        }
        if (first > 0) {
            task.loadState(saved.folder());
        }
        LearningRateSchedule schedule = settings.schedule();
        GradientAccumulation gradients = new GradientAccumulation(task, settings.microbatch());
        LossWatch losses = new LossWatch(saved);
        double before = saved.seconds();
        try (BatchPrefetcher batches = prefetcher(first, steps);
                TrainingEngine engine = open(saved);
                TrainingListeners told = TrainingListeners.start(listeners, start(saved, steps, engine));
                BackgroundCheck check = task.checkImages()) {
            long start = System.nanoTime();
            double saving = 0;
            boolean last = stopped;
            for (long step = first; !last; step++) {
                double learningRate = schedule.at(step);
                long begin = System.nanoTime();
                Map<String, Tensor> batch;
                try {
                    batch = batches.next();
                } catch (UserError e) {
                    if (step == saved.step()) {
                        throw e;
                    }
                    told.saved(save(engine, step, before + since(start), losses));
                    throw new UserError(
                            e.getMessage() + " The run is saved up to step " + step + ": resume it with --resume "
                                    + run.path() + ".",
                            e);
                }
                double wait = since(begin);
                GradientAccumulation.Summary summary = gradients.accumulate(engine, step, batch);
                begin = System.nanoTime();
                engine.update(learningRate);
                StepTimes times =
                        new StepTimes(wait, summary.preparation(), summary.forwardBackward(), since(begin), saving);
                Map<String, Double> validated = new LinkedHashMap<>(summary.quartiles());
                long done = step + 1;
                validation.ifPresent(images -> validated.putAll(images.after(done, settings.microbatch(), engine)));
                double seconds = before + since(start);
                told.step(report(done, learningRate, summary, validated, engine, seconds, times));
                requireFinite(summary.metrics()[0], step + 1, losses);
                losses.add(summary.metrics()[0]);
                last = step + 1 == steps || stopped;
                saving = 0;
                if (last || (step + 1) % saveInterval == 0 || told.needCheckpoint(step + 1)) {
                    begin = System.nanoTime();
                    saved = save(engine, step + 1, seconds, losses);
                    saving = since(begin);
                    begin = System.nanoTime();
                    told.saved(saved);
                    start += System.nanoTime() - begin;
                    last |= stopped;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return saved;
    }

    /** Opened before the engine, so that the first batch is there when the engine is. */
    private BatchPrefetcher prefetcher(long first, long steps) {
        return new BatchPrefetcher(task::batch, first, steps, BatchPrefetcher.usualThreads());
    }

    private TrainingStart start(RunFolder.Checkpoint saved, long steps, TrainingEngine engine) {
        List<String> metrics = new ArrayList<>(task.metricNames());
        engine.lgLossScale().ifPresent(scale -> metrics.add(LG_LOSS_SCALE));
        List<String> further = new ArrayList<>(LossQuartiles.names(task));
        validation.ifPresent(images -> further.addAll(images.names()));
        return new TrainingStart(saved.step(), steps, saved.seconds(), settings.batchSize(), metrics, further);
    }

    private StepReport report(
            long step,
            double learningRate,
            GradientAccumulation.Summary summary,
            Map<String, Double> further,
            TrainingEngine engine,
            double seconds,
            StepTimes times) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (int i = 0; i < summary.metrics().length; i++) {
            metrics.put(task.metricNames().get(i), summary.metrics()[i]);
        }
        engine.lgLossScale().ifPresent(scale -> metrics.put(LG_LOSS_SCALE, scale));
        return new StepReport(
                step,
                learningRate,
                metrics,
                further,
                engine.gradientNorm(),
                engine.parameterNorm(),
                settings.imagesBefore(step),
                seconds,
                times);
    }

    private static double since(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1e9;
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
    private RunFolder.Checkpoint save(TrainingEngine engine, long step, double seconds, LossWatch losses) {
        LossHistory history = losses.history();
        RunFolder.Checkpoint saved = run.save(step, seconds, history, checkpoint -> {
            engine.save(checkpoint).ifPresent(name -> {
                throw diverged("The weights '" + name + "' are no longer finite after", step, losses);
            });
            task.saveState(checkpoint);
        });
        losses.saved(step, history);
        return saved;
    }

    private void requireFinite(double loss, long step, LossWatch losses) {
        if (!Double.isFinite(loss)) {
            throw diverged("The loss is no longer finite at", step, losses);
        }
    }

    private UserError diverged(String what, long step, LossWatch losses) {
        long sound = losses.sound();
        String remedy = sound <= 0
                ? "no checkpoint after the first has a loss within reason: start a new run"
                : "the last checkpoint with a loss within reason is that of step " + sound
                        + ": start a new run from it (--init-from " + run.checkpoint(sound) + ")";
        return new UserError(what + " step " + step + "; " + remedy + " with a smaller --lr.");
    }
}
