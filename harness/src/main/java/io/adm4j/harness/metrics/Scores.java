package io.adm4j.harness.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * How a set of samples compares with a reference, on the features of one network.
 *
 * @param sampleCount pictures scored
 * @param referenceCount pictures compared with
 * @param featureCount length of a feature vector
 */
public record Scores(
        FrechetDistance frechetDistance,
        PrecisionRecall precisionRecall,
        InceptionScore inceptionScore,
        int sampleCount,
        int referenceCount,
        int featureCount) {
    /** What a reader has to know to trust the figures; one sentence each. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (frechetDistance.rankDeficient()) {
            warnings.add("FID from " + Math.min(sampleCount, referenceCount) + " pictures on " + featureCount
                    + " features: the covariance lacks rank, so the figure is far too large to compare with others;"
                    + " take more pictures than features.");
        }
        return warnings;
    }
}
