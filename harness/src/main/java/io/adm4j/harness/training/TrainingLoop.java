package io.adm4j.harness.training;

import io.adm4j.export.training.AdamW;
import io.adm4j.export.training.TrainingArtifacts;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.feedback.UserError;
import io.adm4j.io.LockFile;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.TrainingSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * Trains one network from its newest checkpoint to a number of steps.
 *
 * <p>Everything random is drawn from the settings' seed and the number of the step, so a run that was stopped and resumed
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

    /** Saves the first checkpoint of a new run. */
    public void prepare(Map<String, Tensor> weights) {
        run.save(
                0,
                0,
                file -> TrainingArtifacts.start(weights, settings.emaRates()).write(file));
    }

    /** Asks {@link #train} to save and return after the step at hand; any thread may call it. */
    public void stop() {
        stopped = true;
    }

    /**
     * Trains until {@code steps} optimizer steps are done or {@link #stop} is called, saving every {@code saveInterval}
     * steps and at the end.
     *
     * @return the checkpoint that holds the last step
     * @throws UserError if the loss stops being a number (the last checkpoint stays), or another process trains this run
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
        cutLog(first);
        Path graphs = run.graphs();
        TrainingArtifacts.write(
                graphs, task.graph(), AdamW.withWeightDecay(settings.weightDecay()), settings.emaRates());
        ExecutorService loader = Executors.newSingleThreadExecutor(r -> {
            Thread thread = new Thread(r, "batches");
            thread.setDaemon(true);
            return thread;
        });
        try (TrainingSession session = TrainingSession.open(
                        saved.weights(),
                        graphs.resolve(TrainingArtifacts.TRAINING_MODEL),
                        graphs.resolve(TrainingArtifacts.OPTIMIZER_MODEL),
                        device,
                        threads);
                PrintWriter log = new PrintWriter(
                        Files.newBufferedWriter(
                                run.log(),
                                StandardCharsets.UTF_8,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.APPEND),
                        true);
                Progress shown = progress.start("Training", first, steps, "steps")) {
            if (first == 0) {
                log.println("step,lr," + String.join(",", task.figureNames()) + ",seconds");
            }
            double before = saved.seconds();
            long start = System.nanoTime();
            Smoothed smoothed = new Smoothed(task.figureNames());
            Future<Map<String, Tensor>> next = prefetch(loader, first);
            for (long step = first; step < steps; step++) {
                Map<String, Tensor> batch = next.get();
                if (step + 1 < steps) {
                    next = prefetch(loader, step + 1);
                }
                double[] figures = step(session, batch, settings.learningRate(step));
                double seconds = (System.nanoTime() - start) / 1e9;
                log.println((step + 1) + "," + settings.learningRate(step) + "," + join(figures)
                        + String.format(Locale.ROOT, ",%.3f", before + seconds));
                if (!Double.isFinite(figures[0])) {
                    throw new UserError("The loss is no longer a number at step " + (step + 1)
                            + "; the checkpoint of step " + saved.step() + " is whole: try a smaller --lr.");
                }
                smoothed.add(figures);
                double rate = (step + 1 - first) * settings.batchSize() / seconds;
                shown.message(String.format(Locale.ROOT, "%s  %.1f images/s", smoothed, rate));
                shown.step(1);
                boolean last = step + 1 == steps || stopped;
                if (last || (step + 1) % saveInterval == 0) {
                    saved = run.save(step + 1, before + seconds, session::save);
                }
                if (last) {
                    break;
                }
            }
            return saved;
        } catch (IOException e) {
            throw new UncheckedIOException("Could not write " + run.log() + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return saved;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e.getCause());
        } finally {
            loader.shutdownNow();
        }
    }

    private Future<Map<String, Tensor>> prefetch(ExecutorService loader, long step) {
        return loader.submit(() -> task.batch(step));
    }

    private double[] step(TrainingSession session, Map<String, Tensor> batch, double learningRate) {
        int size = settings.batchSize();
        double[] figures = new double[task.figureNames().size()];
        for (int from = 0; from < size; from += settings.microbatch()) {
            int to = Math.min(size, from + settings.microbatch());
            double share = (double) (to - from) / size;
            Map<String, Tensor> part = rows(batch, from, to);
            part.put("loss_weight", constant((float) share, to - from));
            part.put(TrainingArtifacts.EMA_SWITCH, Tensor.of(new float[] {from == 0 ? 1 : 0}));
            double[] partial = task.figures(part, session.accumulate(part));
            for (int i = 0; i < figures.length; i++) {
                figures[i] += share * partial[i];
            }
        }
        session.update(learningRate);
        return figures;
    }

    private static Map<String, Tensor> rows(Map<String, Tensor> batch, int from, int to) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        batch.forEach((name, tensor) -> part.put(name, tensor.rows(from, to)));
        return part;
    }

    private static Tensor constant(float value, int length) {
        Tensor t = Tensor.zeros(ElementType.FLOAT32, length);
        for (int i = 0; i < length; i++) {
            t.floats().put(i, value);
        }
        return t;
    }

    /** A crash can leave lines of steps that no checkpoint holds; they will be taken again. */
    private void cutLog(long step) {
        try {
            if (!Files.exists(run.log())) {
                return;
            }
            List<String> kept;
            try (var lines = Files.lines(run.log())) {
                kept = lines.limit(step == 0 ? 0 : step + 1).collect(Collectors.toList());
            }
            Files.write(run.log(), kept);
        } catch (IOException e) {
            throw new UncheckedIOException("Could not rewrite " + run.log() + ".", e);
        }
    }

    private static String join(double[] figures) {
        return java.util.Arrays.stream(figures).mapToObj(Double::toString).collect(Collectors.joining(","));
    }

    /** Running means for the progress bar. */
    private static final class Smoothed {
        private final List<String> names;
        private double[] means;

        Smoothed(List<String> names) {
            this.names = names;
        }

        void add(double[] figures) {
            if (means == null) {
                means = figures.clone();
            }
            for (int i = 0; i < means.length; i++) {
                means[i] += 0.05 * (figures[i] - means[i]);
            }
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < means.length; i++) {
                text.append(i == 0 ? "" : "  ")
                        .append(names.get(i))
                        .append(String.format(Locale.ROOT, " %.4f", means[i]));
            }
            return text.toString();
        }
    }
}
