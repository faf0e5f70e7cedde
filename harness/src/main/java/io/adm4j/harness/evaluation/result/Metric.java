package io.adm4j.harness.evaluation.result;

import java.util.Arrays;

/** What can be said of a set of samples; see the class named for each for its definition. */
public enum Metric {
    /** {@code InceptionScore}: of the samples alone. */
    INCEPTION_SCORE("inception_score", "Inception Score", false),
    /** {@code FrechetDistance} on the network's features. */
    FID("fid", "FID", true),
    /** {@code FrechetDistance} on features that keep their place in the image (Nash et al. 2021). */
    SFID("sfid", "sFID", true),
    /** {@code FrechetExtrapolation}: what FID would be for infinitely many samples. */
    FID_INFINITY("fid_infinity", "FID\u221e", true),
    /** {@code KernelDistance}. */
    KID("kid", "KID", true),
    /** {@code NeighbourhoodScores.precision()}. */
    PRECISION("precision", "Precision", false),
    /** {@code NeighbourhoodScores.recall()}. */
    RECALL("recall", "Recall", false),
    /** {@code NeighbourhoodScores.density()}. */
    DENSITY("density", "Density", false),
    /** {@code NeighbourhoodScores.coverage()}. */
    COVERAGE("coverage", "Coverage", false);

    private final String key;
    private final String title;
    private final boolean lowerIsBetter;

    Metric(String key, String title, boolean lowerIsBetter) {
        this.key = key;
        this.title = title;
        this.lowerIsBetter = lowerIsBetter;
    }

    /** Its name in files and on the command line. */
    public String key() {
        return key;
    }

    /** Its name for people. */
    public String title() {
        return title;
    }

    public boolean lowerIsBetter() {
        return lowerIsBetter;
    }

    /**
     * The metric of a key.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Metric ofKey(String key) {
        for (Metric metric : values()) {
            if (metric.key.equals(key)) {
                return metric;
            }
        }
        throw new IllegalArgumentException("There is no metric " + key + "; there are "
                + String.join(", ", Arrays.stream(values()).map(Metric::key).toList()) + ".");
    }
}
