package io.adm4j.harness.training.log;

import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.TrainingListener;
import io.adm4j.harness.training.TrainingStart;
import io.adm4j.io.DiskWait;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The log of a run, {@code log.csv}: a header, then one line per optimizer step. A loss of a quartile without images in
 * the batch is empty; times are in seconds.
 */
public final class TrainingLog implements TrainingListener {
    private final Path file;
    private final DiskWait wait;
    private List<String> columns = List.of();
    private @Nullable StepLines lines;

    public TrainingLog(Path file) {
        this(file, DiskWait.none());
    }

    /** @param wait for each line while the disk is full */
    public TrainingLog(Path file, DiskWait wait) {
        this.file = file;
        this.wait = wait;
    }

    /** @throws io.adm4j.feedback.UserError if the file cannot be written */
    @Override
    public void started(TrainingStart start) {
        List<String> names = new ArrayList<>(List.of("step", "lr"));
        names.addAll(start.metricNames());
        names.add(StepValues.SECONDS);
        names.addAll(start.quartileNames());
        names.addAll(StepValues.OF_EVERY_STEP);
        columns = List.copyOf(names);
        lines = StepLines.open(file, String.join(",", columns), start.step(), TrainingLog::stepOf, wait);
    }

    private static long stepOf(String line) {
        String number = line.substring(0, Math.max(0, line.indexOf(',')));
        return number.matches("\\d{1,18}") ? Long.parseLong(number) : Long.MAX_VALUE;
    }

    /** @throws io.adm4j.feedback.UserError if the file cannot be written */
    @Override
    public void step(StepReport report) {
        Map<String, Number> values = StepValues.of(report);
        StringJoiner line = new StringJoiner(",");
        columns.forEach(column -> line.add(text(column, values.get(column))));
        Objects.requireNonNull(lines).add(line.toString());
    }

    private static String text(String column, @Nullable Number value) {
        if (value == null) {
            return "";
        }
        return StepValues.TIMES.contains(column)
                ? String.format(Locale.ROOT, "%.3f", value.doubleValue())
                : value.toString();
    }

    @Override
    public void ended() {
        if (lines != null) {
            lines.close();
        }
    }
}
