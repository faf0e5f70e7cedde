package io.adm4j.harness.monitor;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ShortDecimal;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import io.adm4j.harness.training.BestCheckpoint;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.TrainingListener;
import io.adm4j.harness.training.TrainingStart;
import io.adm4j.harness.training.log.EventLog;
import io.adm4j.io.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Scores samples every so many steps and at the last one, and names the best checkpoint, which then stays. They are sampled
 * from a checkpoint, so that the run itself stays as it is. An evaluation that fails is a warning; one that is stopped, or
 * that a crash ended, is completed when the run resumes at its step.
 */
public final class Evaluations implements TrainingListener {
    private final RunFolder run;
    private final long interval;
    private final CheckpointScorer scorer;
    private final DenoiserSnapshot snapshot;
    private final EventLog events;
    private final Consumer<String> status;
    private final Consumer<String> lines;
    private final Path work;
    private volatile boolean stopped;
    private long last;
    private String how = "";
    private @Nullable ScoreHistory history;

    /**
     * @param interval steps between evaluations, at least 1
     * @param events notified before this
     * @param status receives how far an evaluation is, each text replacing the one before
     * @param lines receives a line for each evaluation and each warning
     */
    public Evaluations(
            RunFolder run,
            long interval,
            CheckpointScorer scorer,
            DenoiserSnapshot snapshot,
            EventLog events,
            Consumer<String> status,
            Consumer<String> lines) {
        this.run = run;
        this.interval = interval;
        this.scorer = scorer;
        this.snapshot = snapshot;
        this.events = events;
        this.status = status;
        this.lines = lines;
        this.work = run.path().resolve("evaluation");
    }

    /** @throws io.adm4j.feedback.UserError if the reference does not fit the feature network */
    @Override
    public void started(TrainingStart start) {
        last = start.steps();
        history = ScoreHistory.read(run.path(), start.step());
        try {
            how = scorer.comparable(scorer.measureReference(work, this::isStopped, this::show));
            if (!history.all().isEmpty()) {
                history.write();
            }
        } catch (CancellationException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run.setBest(best());
        if (start.step() > 0 && start.step() % interval == 0 && !history.has(start.step(), how)) {
            evaluate(run.require(start.step()));
        }
    }

    @Override
    public void step(StepReport report) {}

    @Override
    public boolean needsCheckpoint(long step) {
        return step % interval == 0;
    }

    @Override
    public void saved(RunFolder.Checkpoint checkpoint) {
        if (!stopped && (needsCheckpoint(checkpoint.step()) || checkpoint.step() == last)) {
            evaluate(checkpoint);
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    private boolean isStopped() {
        return stopped;
    }

    private void evaluate(RunFolder.Checkpoint checkpoint) {
        long step = checkpoint.step();
        try {
            long begin = System.nanoTime();
            Map<Metric, Double> scores = new EnumMap<>(Metric.class);
            for (Score score : snapshot.with(
                            checkpoint, bundle -> scorer.score(bundle, work, this::isStopped, this::show))
                    .scores()) {
                if (Double.isFinite(score.value())) {
                    scores.put(score.metric(), score.value());
                }
            }
            ScoreHistory.Evaluated evaluated =
                    new ScoreHistory.Evaluated(step, (System.nanoTime() - begin) / 1e9, how, scores);
            Objects.requireNonNull(history).add(evaluated);
            events.scalars(step, tags(scores));
            Optional<BestCheckpoint> best = best();
            run.setBest(best);
            lines.accept(line(evaluated, best));
            if (step == last) {
                FileTree.delete(work);
            }
        } catch (RuntimeException | IOException e) {
            lines.accept(
                    stopped
                            ? "The evaluation of step " + step + " was stopped; it is completed when the run resumes."
                            : "No scores of step " + step + ": " + e.getMessage());
        } finally {
            status.accept("");
        }
    }

    private Optional<BestCheckpoint> best() {
        return Objects.requireNonNull(history).best(scorer.plan().best(), how, run.savedSteps());
    }

    private static Map<String, Double> tags(Map<Metric, Double> scores) {
        Map<String, Double> tags = new LinkedHashMap<>();
        scores.forEach((metric, value) -> tags.put("evaluation/" + metric.key(), value));
        return tags;
    }

    private static String line(ScoreHistory.Evaluated evaluated, Optional<BestCheckpoint> best) {
        StringBuilder line = new StringBuilder("Step " + evaluated.step() + ":");
        evaluated
                .scores()
                .forEach((metric, value) -> line.append(' ')
                        .append(metric.title())
                        .append(' ')
                        .append(rounded(value))
                        .append(','));
        line.append(String.format(Locale.ROOT, " in %.0f s", evaluated.seconds()));
        best.ifPresent(b -> line.append(
                b.step() == evaluated.step()
                        ? "; the best so far"
                        : "; the best is step " + b.step() + " with " + rounded(b.value())));
        return line.toString();
    }

    /** Four significant digits. */
    private static String rounded(double value) {
        return ShortDecimal.of(new BigDecimal(value).round(new MathContext(4)).doubleValue());
    }

    /** What an evaluation does, beside the progress of training. */
    private Progress show(String task, long done, long total, String unit) {
        return new Progress() {
            private long now = done;

            @Override
            public synchronized void step(long units) {
                now += units;
                status.accept("evaluating: " + task.toLowerCase(Locale.ROOT) + " " + now + "/" + total + " " + unit);
            }

            @Override
            public void message(String text) {}

            @Override
            public void close() {}
        };
    }
}
