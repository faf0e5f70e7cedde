package io.adm4j.harness.evaluation.result;

import java.util.List;
import java.util.Optional;

/**
 * One set of samples compared with another on the same features and reference.
 *
 * @param first number of the result that is compared with, from 0, in its evaluation
 * @param second number of the result that is compared
 * @param count samples in each set; 0 if of one only statistics are known
 * @param differences of the metrics that both have, in the order of {@link Metric}
 */
public record SampleComparison(int first, int second, int count, List<Difference> differences) {
    public SampleComparison {
        differences = List.copyOf(differences);
    }

    /** The difference of a metric, if both sets have it. */
    public Optional<Difference> get(Metric metric) {
        return differences.stream().filter(d -> d.metric() == metric).findFirst();
    }
}
