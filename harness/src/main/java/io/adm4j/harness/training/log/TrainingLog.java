package io.adm4j.harness.training.log;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.training.StepReport;
import io.adm4j.harness.training.StepTimes;
import io.adm4j.harness.training.TrainingListener;
import io.adm4j.harness.training.TrainingStart;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * The log of a run, {@code log.csv}: a header, then one line per optimizer step. A loss of a quartile without images in
 * the batch is empty; times are in seconds.
 */
public final class TrainingLog implements TrainingListener {
    private static final String REST =
            "grad_norm,param_norm,samples,data_wait,preparation,forward_backward,optimizer,saving";

    private final Path file;
    private List<String> quartileNames = List.of();
    private BufferedWriter writer;

    public TrainingLog(Path file) {
        this.file = file;
    }

    /**
     * Opens the log to append to. Lines of later steps are removed: a crash leaves those of steps that no checkpoint holds.
     *
     * @throws UserError if the file cannot be written
     */
    @Override
    public void started(TrainingStart start) {
        quartileNames = start.quartileNames();
        List<String> columns = new ArrayList<>(List.of("step", "lr"));
        columns.addAll(start.metricNames());
        columns.add("seconds");
        columns.addAll(quartileNames);
        columns.add(REST);
        try {
            List<String> lines = new ArrayList<>();
            lines.add(String.join(",", columns));
            if (Files.exists(file)) {
                Files.readAllLines(file).stream()
                        .filter(line -> isOfStep(line, start.step()))
                        .forEach(lines::add);
            }
            Files.write(file, lines);
            writer = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private static boolean isOfStep(String line, long last) {
        String number = line.substring(0, Math.max(0, line.indexOf(',')));
        return number.matches("\\d{1,18}") && Long.parseLong(number) <= last;
    }

    /**
     * Appends the line of one step and flushes it.
     *
     * @throws UserError if the file cannot be written
     */
    @Override
    public void step(StepReport report) {
        StringJoiner line = new StringJoiner(",");
        line.add(Long.toString(report.step())).add(Double.toString(report.learningRate()));
        report.metrics().values().forEach(metric -> line.add(metric.toString()));
        line.add(decimal(report.seconds()));
        for (String quartile : quartileNames) {
            Double loss = report.quartiles().get(quartile);
            line.add(loss == null ? "" : loss.toString());
        }
        StepTimes times = report.times();
        line.add(Double.toString(report.gradientNorm()))
                .add(Double.toString(report.parameterNorm()))
                .add(Long.toString(report.images()))
                .add(decimal(times.dataWait()))
                .add(decimal(times.preparation()))
                .add(decimal(times.forwardBackward()))
                .add(decimal(times.optimizer()))
                .add(decimal(times.saving()));
        try {
            writer.write(line + System.lineSeparator());
            writer.flush();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private static String decimal(double seconds) {
        return String.format(Locale.ROOT, "%.3f", seconds);
    }

    @Override
    public void ended() {
        if (writer == null) {
            return;
        }
        try {
            writer.close();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private static UserError cannotWrite(Path file, IOException e) {
        return new UserError("Cannot write " + file + ": " + e.getMessage() + ".", e);
    }
}
