package io.adm4j.harness.evaluation.traps;

import io.adm4j.feedback.Count;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.features.ImageFacts;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.result.Metric;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Samples that are images of the reference. Where the reference also brings statistics of a larger set, as the published batches
 * do, FID is far from 0 even for the reference's own images.
 */
final class ReferenceAsSamples implements Trap {
    /** Squared distance of two means, as a share of the variance, that rounding cannot make. */
    private static final double OTHER_IMAGES = 1e-7;

    @Override
    public Optional<String> warning(ScoredSets sets) {
        if (sets.samples().survey().isEmpty() || sets.reference().survey().isEmpty()) {
            return Optional.empty();
        }
        Set<ImageFacts.Digest> real = sets.reference().survey().get().images().stream()
                .map(ImageFacts::digest)
                .collect(Collectors.toSet());
        int all = sets.samples().survey().get().count();
        long own = sets.samples().survey().get().images().stream()
                .filter(image -> real.contains(image.digest()))
                .count();
        if (own == 0) {
            return Optional.empty();
        }
        return Optional.of(own + " of " + Count.of(all, "sample") + " (" + ScoredSets.percent(own / (double) all) + ") "
                + (own == 1 ? "is an image" : "are images") + " of the reference, pixel for pixel"
                + (asksForFrechet(sets) ? statistics(sets.reference()) : "") + ".");
    }

    private static boolean asksForFrechet(ScoredSets sets) {
        return sets.scores().get(Metric.FID).isPresent()
                || sets.scores().get(Metric.SFID).isPresent();
    }

    private static String statistics(ScoredSet reference) {
        String which = "; FID compares them with the statistics in the reference file, which ";
        MeasuredImages measured = reference.measured();
        long count = measured.statistics().count();
        if (measured.features().isPresent()) {
            return isMeanOf(measured) ? "" : which + "are of other images, so that its own images do not have FID 0";
        }
        if (count == FeatureStatistics.UNKNOWN) {
            return which + "may be of more images than it holds, so that its own images need not have FID 0";
        }
        return count == reference.images().count()
                ? ""
                : which + "are of " + count + " images, so that its own "
                        + reference.images().count() + " do not have FID 0";
    }

    private static boolean isMeanOf(MeasuredImages measured) {
        double[] own = measured.features().orElseThrow().mean();
        double[] mean = measured.statistics().mean();
        double distance = 0;
        double variance = 0;
        for (int i = 0; i < mean.length; i++) {
            distance += (own[i] - mean[i]) * (own[i] - mean[i]);
            variance += measured.statistics().covariance()[i * mean.length + i];
        }
        return distance <= OTHER_IMAGES * variance;
    }
}
