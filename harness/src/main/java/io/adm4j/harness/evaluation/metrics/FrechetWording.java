package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.result.Metric;
import java.util.List;
import java.util.stream.Stream;

/** What definitions and warnings of the Fréchet distances have in common. */
final class FrechetWording {
    private FrechetWording() {}

    /** The definition of a distance, without the full stop. */
    static String definition(FeatureStatistics reference, FeatureStatistics samples, String features) {
        return "Frechet distance between Gaussians with the means and unbiased covariances of " + samples.dimension()
                + " " + features + " "
                + (samples.count() == FeatureStatistics.UNKNOWN
                        ? "of the samples whose statistics are given"
                        : "of " + samples.count() + " samples")
                + " and " + ofReference(reference);
    }

    /** Which images the statistics of the reference are from. */
    static String ofReference(FeatureStatistics reference) {
        return reference.count() == FeatureStatistics.UNKNOWN
                ? "of the data set whose statistics the reference holds"
                : "of " + reference.count() + " reference images";
    }

    /** A warning if a covariance lacks rank. */
    static List<String> rankWarnings(Metric metric, FeatureStatistics reference, FeatureStatistics samples) {
        if (!reference.rankDeficient() && !samples.rankDeficient()) {
            return List.of();
        }
        long fewest = Stream.of(reference, samples)
                .mapToLong(FeatureStatistics::count)
                .filter(count -> count != FeatureStatistics.UNKNOWN)
                .min()
                .orElseThrow();
        return List.of(metric.title() + " from " + fewest + " images on " + samples.dimension()
                + " features: the covariance lacks rank, so the value is far too large to compare with others;"
                + " take more images than features.");
    }
}
