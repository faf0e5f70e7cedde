package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * One metric, or several from one computation: what it needs, what it costs, its value with the sentence that defines it,
 * and what a reader has to know to trust it. {@link MetricSuite} lists the implementations.
 */
interface MetricScorer {
    /** The metrics that {@link #score} gives. */
    Set<Metric> metrics();

    /** Whether it has a meaning for the images of one class. */
    boolean scoresClasses();

    /** Why it cannot be computed for these sets, as the end of a sentence; empty if it can. */
    Optional<String> obstacle(ComparedSets sets);

    /** How much {@link #score} reports as done in all, in inner products of feature vectors. */
    long work(ComparedSets sets);

    /**
     * The scores.
     *
     * @param sets without an {@link #obstacle}
     * @param done receives the work done since the last call
     */
    List<Score> score(ComparedSets sets, LongConsumer done);

    /**
     * How far chance moves the differences between the scores of two sets of as many samples against the same reference;
     * metrics of which that is not known are left out.
     *
     * @param first without an {@link #obstacle}, as the second
     * @param done receives the work done since the last call, twice {@link #work} in all
     */
    default Map<Metric, Spread> differences(
            ComparedSets first, ComparedSets second, PairedBootstrap bootstrap, LongConsumer done) {
        done.accept(work(first) + work(second));
        return Map.of();
    }

    /** One sentence for each reason not to trust the values. */
    List<String> warnings(ComparedSets sets);
}
