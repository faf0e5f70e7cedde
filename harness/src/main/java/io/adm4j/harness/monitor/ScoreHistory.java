package io.adm4j.harness.monitor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.training.BestCheckpoint;
import io.adm4j.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * The evaluations of a run, in {@code evals.jsonl} and {@code evals.csv} of its folder: one line for each step that was
 * evaluated, in their order. Both are written whole, atomically, with each evaluation.
 */
final class ScoreHistory {
    private final ObjectMapper mapper = new ObjectMapper();
    private final Path json;
    private final Path csv;
    private final List<Evaluated> evaluations = new ArrayList<>();

    /**
     * The scores of one checkpoint.
     *
     * @param seconds that sampling and scoring took
     * @param how text that is the same for scores that can be compared
     * @param scores that are finite
     */
    record Evaluated(long step, double seconds, String how, Map<Metric, Double> scores) {
        Evaluated {
            scores = new EnumMap<>(scores);
        }

        /** The value of a score; NaN if it was not computed. */
        double value(Metric metric) {
            return scores.getOrDefault(metric, Double.NaN);
        }
    }

    private ScoreHistory(Path folder) {
        this.json = folder.resolve("evals.jsonl");
        this.csv = folder.resolve("evals.csv");
    }

    /**
     * Reads the evaluations of a run.
     *
     * @param last step; later ones, which no checkpoint has, are left out
     * @throws UserError if there is a file that cannot be read
     */
    static ScoreHistory read(Path folder, long last) {
        ScoreHistory history = new ScoreHistory(folder);
        if (Files.exists(history.json)) {
            try {
                for (String line : Files.readAllLines(history.json)) {
                    Evaluated evaluated = history.parse(line);
                    if (evaluated.step() <= last) {
                        history.evaluations.add(evaluated);
                    }
                }
            } catch (IOException e) {
                throw new UserError(
                        "The evaluations in " + history.json + " could not be read: " + e.getMessage()
                                + ". Remove the file to train on without them.",
                        e);
            }
        }
        return history;
    }

    private Evaluated parse(String line) throws JsonProcessingException {
        JsonNode values = mapper.readTree(line);
        Map<Metric, Double> scores = new EnumMap<>(Metric.class);
        for (Metric metric : Metric.values()) {
            if (values.path(metric.key()).isNumber()) {
                scores.put(metric, values.get(metric.key()).asDouble());
            }
        }
        return new Evaluated(
                values.path("step").asLong(),
                values.path("seconds").asDouble(),
                values.path("of").asText(),
                scores);
    }

    /** All of them, in the order of their steps. */
    List<Evaluated> all() {
        return List.copyOf(evaluations);
    }

    /** Whether a step was evaluated in this way. */
    boolean has(long step, String how) {
        return evaluations.stream().anyMatch(e -> e.step() == step && e.how().equals(how));
    }

    /**
     * Adds an evaluation and writes the files; one of the same step is replaced.
     *
     * @throws IOException if they cannot be written
     */
    void add(Evaluated added) throws IOException {
        evaluations.removeIf(e -> e.step() == added.step());
        evaluations.add(added);
        evaluations.sort(Comparator.comparingLong(Evaluated::step));
        write();
    }

    /** @throws IOException if the files cannot be written */
    void write() throws IOException {
        StringBuilder lines = new StringBuilder();
        List<Metric> metrics = new ArrayList<>(List.of(Metric.values()));
        metrics.removeIf(m -> evaluations.stream().noneMatch(e -> e.scores().containsKey(m)));
        StringJoiner header = new StringJoiner(",");
        header.add("step").add("seconds");
        metrics.forEach(metric -> header.add(metric.key()));
        StringBuilder table = new StringBuilder(header + "\n");
        for (Evaluated evaluated : evaluations) {
            ObjectNode values = mapper.createObjectNode()
                    .put("step", evaluated.step())
                    .put("seconds", Math.round(evaluated.seconds() * 1000) / 1000.0)
                    .put("of", evaluated.how());
            evaluated.scores().forEach((metric, score) -> values.put(metric.key(), score));
            lines.append(values).append('\n');
            StringJoiner row = new StringJoiner(",");
            row.add(String.valueOf(evaluated.step())).add(String.format(Locale.ROOT, "%.3f", evaluated.seconds()));
            metrics.forEach(metric ->
                    row.add(evaluated.scores().containsKey(metric) ? String.valueOf(evaluated.value(metric)) : ""));
            table.append(row).append('\n');
        }
        AtomicFile.writeString(json, lines.toString());
        AtomicFile.writeString(csv, table.toString());
    }

    /**
     * The best checkpoint by a score.
     *
     * @param how of the scores to compare
     * @param there steps of the checkpoints that exist
     */
    Optional<BestCheckpoint> best(Metric metric, String how, Collection<Long> there) {
        Comparator<Evaluated> byScore = Comparator.comparingDouble(e -> e.value(metric));
        return evaluations.stream()
                .filter(e -> e.how().equals(how) && there.contains(e.step()))
                .filter(e -> Double.isFinite(e.value(metric)))
                .min(metric.lowerIsBetter() ? byScore : byScore.reversed())
                .map(e -> new BestCheckpoint(e.step(), metric.key(), e.value(metric)));
    }
}
