package io.adm4j.harness.evaluation.traps;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.metrics.FrechetBias;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import java.util.Locale;
import java.util.Optional;

/** Fewer samples than published scores take, where that raises FID noticeably. Sets that lack rank have a warning of their own. */
final class FewSamples implements Trap {
    private static final int PUBLISHED = 50_000;
    /** Two for each half. */
    private static final int FEWEST = 4;
    /** Part of the FID below which nobody is misled. */
    private static final double NOTICEABLE = 0.02;

    private final MatrixProducts products;

    FewSamples(MatrixProducts products) {
        this.products = products;
    }

    @Override
    public Optional<String> warning(ScoredSets sets) {
        Optional<Score> fid = sets.scores().get(Metric.FID);
        Optional<FeatureMatrix> samples = sets.samples().measured().features();
        if (fid.isEmpty()
                || samples.isEmpty()
                || samples.get().rows() >= PUBLISHED
                || samples.get().rows() < FEWEST
                || sets.samples().measured().statistics().rankDeficient()
                || sets.reference().measured().statistics().rankDeficient()) {
            return Optional.empty();
        }
        double value = fid.get().value();
        double bias = FrechetBias.of(sets.reference().measured().statistics(), samples.get(), value, products);
        // A distance far below the bias is one of sets that share images.
        if (bias <= NOTICEABLE * value || bias > 2 * value) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "FID of %,d samples is about %.2g higher than that of many more would be, as that of its halves is"
                        + " higher than its own; published FIDs take %,d. Compare it with FIDs of as many samples only, or"
                        + " take FID infinity%s.",
                samples.get().rows(),
                Math.min(bias, value),
                PUBLISHED,
                sets.scores()
                        .get(Metric.FID_INFINITY)
                        .map(score -> String.format(Locale.ROOT, ", which is %.3g here", score.value()))
                        .orElse(" (--metrics published,fid_infinity)")));
    }
}
