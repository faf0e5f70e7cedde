package io.adm4j.harness.training;

import io.adm4j.feedback.UserError;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The log of a run, {@code log.csv}: a header, then one line per optimizer step. */
final class TrainingLog implements AutoCloseable {
    private final Path file;
    private final BufferedWriter writer;

    private TrainingLog(Path file, BufferedWriter writer) {
        this.file = file;
        this.writer = writer;
    }

    /**
     * Opens a log to append to. Lines of later steps are removed: a crash leaves those of steps that no checkpoint holds.
     *
     * @param metricNames columns between {@code lr} and {@code seconds}
     * @param step the last step that is done; 0 starts a new log
     * @throws UserError if the file cannot be written
     */
    static TrainingLog open(Path file, List<String> metricNames, long step) {
        try {
            List<String> lines = new ArrayList<>();
            lines.add("step,lr," + String.join(",", metricNames) + ",seconds");
            if (Files.exists(file)) {
                Files.readAllLines(file).stream()
                        .filter(line -> isOfStep(line, step))
                        .forEach(lines::add);
            }
            Files.write(file, lines);
            return new TrainingLog(file, Files.newBufferedWriter(file, StandardOpenOption.APPEND));
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
     * @param step counted from 1
     * @param metrics one per column
     * @param seconds spent on training so far, all sessions together
     */
    void add(long step, double learningRate, double[] metrics, double seconds) {
        StringBuilder line = new StringBuilder()
                .append(step)
                .append(',')
                .append(learningRate)
                .append(',');
        for (double metric : metrics) {
            line.append(metric).append(',');
        }
        try {
            writer.write(line + String.format(Locale.ROOT, "%.3f%n", seconds));
            writer.flush();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    @Override
    public void close() {
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
