package io.adm4j.harness.evaluation.result;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How the score of one set of samples differs from that of another against the same reference.
 *
 * @param first score of the set that the other is compared with
 * @param second score of the other
 * @param standardError of the difference, where it is estimated
 * @param interval with 95% confidence for the difference that other samples of the same two models would show on average, at
 *     this number of samples; of the samples' chance alone: reference and feature network are held fixed, and another
 *     training of a model is another model. Empty where it is not known
 */
public record Difference(
        Metric metric, double first, double second, OptionalDouble standardError, Optional<Interval> interval) {
    /** A difference whose chance is not known. */
    public static Difference of(Metric metric, double first, double second) {
        return new Difference(metric, first, second, OptionalDouble.empty(), Optional.empty());
    }

    /** The second score less the first. */
    public double value() {
        return second - first;
    }

    /** Whether chance is known and does not explain the difference: 0 is not in the interval. */
    public boolean significant() {
        return interval.isPresent()
                && (interval.get().low() > 0 || interval.get().high() < 0);
    }

    /** Whether the second score is the better one, by chance or not. */
    public boolean better() {
        return metric.lowerIsBetter() ? value() < 0 : value() > 0;
    }

    /** Whether the second score is worse by more than chance explains. */
    public boolean significantlyWorse() {
        return significant() && !better();
    }
}
