package io.adm4j.harness.evaluation.result;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The value of a metric with its definition.
 *
 * @param standardError of the value, where it is estimated
 * @param interval with 95% confidence, where it is estimated
 * @param definition one sentence that names the features, the counts and every setting the value depends on
 */
public record Score(
        Metric metric, double value, OptionalDouble standardError, Optional<Interval> interval, String definition) {
    /** A value without an estimate of its error. */
    public static Score of(Metric metric, double value, String definition) {
        return new Score(metric, value, OptionalDouble.empty(), Optional.empty(), definition);
    }
}
