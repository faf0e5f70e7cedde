package io.adm4j.harness.training.log;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.TrainingListener;
import io.adm4j.harness.training.TrainingStart;
import java.util.Locale;

/** Shows the steps, the running means of the metrics and the images per second. */
public final class ProgressDisplay implements TrainingListener {
    private final ProgressListener progress;
    private TrainingStart start;
    private RunningMeans means;
    private Progress shown;

    public ProgressDisplay(ProgressListener progress) {
        this.progress = progress;
    }

    @Override
    public void started(TrainingStart begin) {
        start = begin;
        means = new RunningMeans(begin.metricNames());
        shown = progress.start("Training", begin.step(), begin.steps(), "steps");
    }

    @Override
    public void step(StepReport report) {
        means.add(report.metrics().values().stream().mapToDouble(m -> m).toArray());
        double seconds = report.seconds() - start.seconds();
        double rate = (report.step() - start.step()) * start.batchSize() / seconds;
        shown.message(String.format(Locale.ROOT, "%s  %.1f images/s", means, rate));
        shown.step(1);
    }

    /** Shows what training waits for, until the next step. */
    public void note(String text) {
        shown.message(text);
    }

    @Override
    public void ended() {
        if (shown != null) {
            shown.close();
        }
    }
}
