package io.adm4j.harness.evaluation.result;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a set of samples compares with a reference, on the features of one network: everything computed for one set.
 *
 * @param scores in the order of {@link Metric}; one that could not be computed is missing, and a warning says why
 * @param perClass by label, where asked for; else empty
 * @param warnings what a reader has to know to trust the scores; one sentence each
 * @param sampleCount images scored
 * @param referenceCount images compared with; 0 if only their statistics are known
 * @param featureCount length of a feature vector
 */
public record Scores(
        List<Score> scores,
        List<ClassScores> perClass,
        List<String> warnings,
        int sampleCount,
        int referenceCount,
        int featureCount) {
    public Scores {
        scores = List.copyOf(scores);
        perClass = List.copyOf(perClass);
        warnings = List.copyOf(warnings);
    }

    /** The same with further warnings. */
    public Scores withWarnings(List<String> more) {
        return new Scores(
                scores,
                perClass,
                Stream.concat(warnings.stream(), more.stream()).toList(),
                sampleCount,
                referenceCount,
                featureCount);
    }

    /** The score of a metric, if it was computed. */
    public Optional<Score> get(Metric metric) {
        return scores.stream().filter(s -> s.metric() == metric).findFirst();
    }

    /**
     * The value of a metric.
     *
     * @throws IllegalStateException if it was not computed
     */
    public double value(Metric metric) {
        return get(metric)
                .orElseThrow(() -> new IllegalStateException(metric.title() + " was not computed."))
                .value();
    }
}
