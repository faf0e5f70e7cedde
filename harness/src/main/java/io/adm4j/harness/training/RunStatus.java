package io.adm4j.harness.training;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a training run stands.
 *
 * @param kind of its network: "diffusion"
 * @param step last step in the log; 0 before the first
 * @param steps at which it ends; empty for a run of before they were recorded
 * @param images seen up to the step
 * @param seconds spent up to the step, all sessions together
 * @param loss mean over the last 100 steps of the log; empty before the first
 * @param training whether a process trains it now
 * @param checkpoints steps of the checkpoints, ascending, whole or not
 * @param best the one that scored best; empty if none has been scored
 */
public record RunStatus(
        String kind,
        long step,
        Optional<Long> steps,
        long images,
        double seconds,
        Optional<Double> loss,
        boolean training,
        List<Long> checkpoints,
        Optional<BestCheckpoint> best) {
    private static final int LATELY = 100;

    /**
     * Reads the status of a run, which may be trained meanwhile.
     *
     * @throws UserError if there is no run, or it cannot be read
     */
    public static RunStatus of(Path folder) {
        RunFolder run = new RunFolder(folder);
        JsonNode description = run.description();
        Deque<double[]> lately = lately(run.log());
        long step = lately.isEmpty() ? 0 : (long) lately.getLast()[0];
        return new RunStatus(
                description.path("kind").asText(),
                step,
                description.has("steps") ? Optional.of(description.get("steps").asLong()) : Optional.empty(),
                TrainingSettings.fromJson(description.get("training"))
                        .imagesBefore(step * description.at("/rounds/workers").asLong(1)),
                lately.isEmpty() ? 0 : lately.getLast()[2],
                lately.isEmpty()
                        ? Optional.empty()
                        : Optional.of(lately.stream()
                                .mapToDouble(values -> values[1])
                                .average()
                                .orElseThrow()),
                run.isTraining(),
                run.savedSteps(),
                run.best());
    }

    /** Step, loss and seconds of the last lines that are whole. */
    private static Deque<double[]> lately(Path log) {
        Deque<double[]> lately = new ArrayDeque<>();
        if (!Files.exists(log)) {
            return lately;
        }
        try (Stream<String> lines = Files.lines(log)) {
            List<String> columns = new ArrayList<>();
            lines.forEach(line -> {
                String[] values = line.split(",", -1);
                if (columns.isEmpty()) {
                    columns.addAll(Arrays.asList(values));
                } else if (values.length == columns.size()) {
                    lately.add(new double[] {
                        Double.parseDouble(values[columns.indexOf("step")]),
                        Double.parseDouble(values[columns.indexOf("loss")]),
                        Double.parseDouble(values[columns.indexOf("seconds")])
                    });
                    if (lately.size() > LATELY) {
                        lately.removeFirst();
                    }
                }
            });
            return lately;
        } catch (IOException | UncheckedIOException | NumberFormatException | IndexOutOfBoundsException e) {
            throw new UserError("The log " + log + " could not be read: " + e.getMessage() + ".", e);
        }
    }
}
