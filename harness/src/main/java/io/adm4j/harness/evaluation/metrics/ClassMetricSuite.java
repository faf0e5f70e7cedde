package io.adm4j.harness.evaluation.metrics;

import io.adm4j.feedback.Count;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.result.ClassScores;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** The metrics of each class: its samples against the reference images of that class. */
final class ClassMetricSuite {
    private final EvaluatorSettings settings;
    private final List<MetricScorer> scorers;

    /** @param scorers of the metrics asked for; those without a meaning within a class are left out */
    ClassMetricSuite(EvaluatorSettings settings, List<MetricScorer> scorers) {
        this.settings = settings;
        this.scorers = scorers.stream().filter(MetricScorer::scoresClasses).toList();
    }

    /** How much {@link #compare} reports as done in all. */
    long work(MeasuredImages reference, MeasuredImages samples) {
        long work = 0;
        for (ClassRows rows : classes(reference, samples)) {
            ComparedSets sets = ComparedSets.ofClass(reference, samples, rows);
            for (MetricScorer scorer : scorers) {
                work += scorer.work(sets);
            }
        }
        return work;
    }

    /** The scores of all classes with enough images in both sets, by label. */
    List<ClassScores> compare(MeasuredImages reference, MeasuredImages samples, LongConsumer done) {
        List<ClassScores> found = new ArrayList<>();
        for (ClassRows rows : classes(reference, samples)) {
            ComparedSets sets = ComparedSets.ofClass(reference, samples, rows);
            List<Score> scores = new ArrayList<>();
            for (MetricScorer scorer : scorers) {
                scores.addAll(MetricSuite.asked(settings, scorer.score(sets, done)));
            }
            found.add(new ClassScores(rows.label(), sets.sampleCount(), sets.referenceCount(), scores));
        }
        return found;
    }

    /** What was left out, and which values not to trust. */
    List<String> warnings(MeasuredImages reference, MeasuredImages samples) {
        Optional<String> obstacle = obstacle(reference, samples);
        if (obstacle.isPresent()) {
            return List.of("Scores per class were left out: " + obstacle.get() + ".");
        }
        List<String> warnings = new ArrayList<>();
        List<ClassRows> classes = classes(reference, samples);
        int dimension = samples.statistics().dimension();
        long deficient = classes.stream().filter(c -> c.fewest() <= dimension).count();
        if (settings.asksFor(Metric.FID) && deficient > 0) {
            warnings.add("FID of " + deficient + " of " + Count.of(classes.size(), "class")
                    + " is from no more images than the "
                    + dimension
                    + " features: those covariances lack rank, so these values are far too large and compare only with"
                    + " others of the same counts.");
        }
        long all = Arrays.stream(samples.labels().orElseThrow()).distinct().count();
        if (classes.size() < all) {
            long left = all - classes.size();
            warnings.add(left + " of the samples' " + Count.of(all, "class") + (left == 1 ? " was" : " were")
                    + " left out: scores per class take more than " + settings.k()
                    + (settings.k() == 1 ? " image" : " images") + " of it among samples and reference.");
        }
        return warnings;
    }

    private static Optional<String> obstacle(MeasuredImages reference, MeasuredImages samples) {
        if (samples.labels().isEmpty()) {
            return Optional.of("the samples have no labels");
        }
        return reference.labels().isEmpty() || reference.features().isEmpty()
                ? Optional.of("the reference has no labeled images")
                : Optional.empty();
    }

    private List<ClassRows> classes(MeasuredImages reference, MeasuredImages samples) {
        return obstacle(reference, samples).isPresent()
                ? List.of()
                : ClassRows.of(reference, samples, settings.k() + 1);
    }
}
