package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.result.Difference;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import io.adm4j.harness.evaluation.result.Scores;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongConsumer;

/**
 * How the scores of sets of samples differ from those of a first set against the same reference, and how far chance explains
 * it. What is known of the first set and the reference is computed once for all. For one thread.
 */
public final class ScoreDifferences {
    private final List<MetricScorer> scorers;
    private final PairedBootstrap bootstrap;
    private final MeasuredImages reference;
    private final ComparedSets first;
    private final Scores firstScores;

    /** @param scorers that may estimate chance */
    ScoreDifferences(
            List<MetricScorer> scorers,
            PairedBootstrap bootstrap,
            MeasuredImages reference,
            MeasuredImages first,
            Scores firstScores) {
        this.scorers = scorers;
        this.bootstrap = bootstrap;
        this.reference = reference;
        this.first = ComparedSets.whole(reference, first);
        this.firstScores = firstScores;
    }

    /** How much {@link #of} reports as done in all. */
    public long work(MeasuredImages second) {
        ComparedSets other = ComparedSets.whole(reference, second);
        return comparable(other).stream()
                .mapToLong(s -> s.work(first) + s.work(other))
                .sum();
    }

    /**
     * The differences of a second set. Rows at the same place of both sets may come from the same seed; see
     * {@link PairedBootstrap}. Where the sets differ in number, or only their statistics are known, the differences stand
     * without an estimate of their chance.
     *
     * @param done receives the work done since the last call, {@link #work} in all
     */
    public List<Difference> of(MeasuredImages second, Scores secondScores, LongConsumer done) {
        ComparedSets other = ComparedSets.whole(reference, second);
        Map<Metric, Spread> spreads = new EnumMap<>(Metric.class);
        comparable(other).forEach(scorer -> spreads.putAll(scorer.differences(first, other, bootstrap, done)));
        List<Difference> differences = new ArrayList<>();
        for (Score score : firstScores.scores()) {
            secondScores
                    .get(score.metric())
                    .map(Score::value)
                    .ifPresent(value -> differences.add(difference(
                            score.metric(), score.value(), value, Optional.ofNullable(spreads.get(score.metric())))));
        }
        return differences;
    }

    private static Difference difference(Metric metric, double first, double second, Optional<Spread> spread) {
        return spread.map(s -> new Difference(
                        metric,
                        first,
                        second,
                        OptionalDouble.of(s.standardError()),
                        Optional.of(s.around(second - first))))
                .orElseGet(() -> Difference.of(metric, first, second));
    }

    /** The metrics that two sets can be compared in with an estimate of chance. */
    private List<MetricScorer> comparable(ComparedSets second) {
        return first.sampleCount() == second.sampleCount()
                        && first.samples().features().isPresent()
                        && second.samples().features().isPresent()
                ? scorers.stream()
                        .filter(s -> s.obstacle(first).isEmpty()
                                && s.obstacle(second).isEmpty())
                        .toList()
                : List.of();
    }
}
