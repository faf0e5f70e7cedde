package io.adm4j.harness.evaluation.result;

import io.adm4j.feedback.UserError;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What can be computed for a set of samples; see the class named for each for its definition. */
public enum Metric {
    /** {@code InceptionScore}: of the samples alone. */
    INCEPTION_SCORE("inception_score", "Inception Score", false, false),
    /** {@code FrechetDistance} on the network's features. */
    FID("fid", "FID", true, false),
    /** {@code FrechetDistance} on spatial features (Nash et al. 2021). */
    SFID("sfid", "sFID", true, false),
    /** {@code FrechetExtrapolation}: FID for infinitely many samples. */
    FID_INFINITY("fid_infinity", "FID\u221e", true, false),
    /** {@code KernelDistance}. */
    KID("kid", "KID", true, true),
    /** {@code NeighborhoodScores.precision()}. */
    PRECISION("precision", "Precision", false, true),
    /** {@code NeighborhoodScores.recall()}. */
    RECALL("recall", "Recall", false, true),
    /** {@code NeighborhoodScores.density()}. */
    DENSITY("density", "Density", false, true),
    /** {@code NeighborhoodScores.coverage()}. */
    COVERAGE("coverage", "Coverage", false, true);

    /** Those of the published evaluator. */
    public static final Set<Metric> PUBLISHED =
            Collections.unmodifiableSet(EnumSet.of(INCEPTION_SCORE, FID, SFID, PRECISION, RECALL));

    private final String key;
    private final String title;
    private final boolean lowerIsBetter;
    private final boolean needsReferenceImages;

    Metric(String key, String title, boolean lowerIsBetter, boolean needsReferenceImages) {
        this.key = key;
        this.title = title;
        this.lowerIsBetter = lowerIsBetter;
        this.needsReferenceImages = needsReferenceImages;
    }

    /** Its name in files and on the command line. */
    public String key() {
        return key;
    }

    /** Its name in reports. */
    public String title() {
        return title;
    }

    public boolean lowerIsBetter() {
        return lowerIsBetter;
    }

    /** Whether it compares distances with those of the k-th neighbors. */
    public boolean takesNeighbors() {
        return this == PRECISION || this == RECALL || this == DENSITY || this == COVERAGE;
    }

    /** Whether it takes the features of the reference's images, not only their statistics. */
    public boolean needsReferenceImages() {
        return needsReferenceImages;
    }

    /**
     * The metric of a key, in upper or lower case.
     *
     * @throws UserError if there is none
     */
    public static Metric ofKey(String key) {
        return Arrays.stream(values())
                .filter(metric -> metric.key.equalsIgnoreCase(key))
                .findFirst()
                .orElseThrow(() -> new UserError("There is no metric " + key + "; there are "
                        + Arrays.stream(values()).map(Metric::key).collect(Collectors.joining(", ")) + "."));
    }

    /**
     * The metrics of a selection.
     *
     * @param names keys, {@code published} for those of the published evaluator or {@code all}; at least one
     * @throws UserError if a name is none of these
     */
    public static Set<Metric> select(Collection<String> names) {
        Set<Metric> selected = EnumSet.noneOf(Metric.class);
        for (String name : names) {
            switch (name.toLowerCase(Locale.ROOT)) {
                case "published" -> selected.addAll(PUBLISHED);
                case "all" -> selected.addAll(EnumSet.allOf(Metric.class));
                default -> selected.add(ofKey(name));
            }
        }
        return selected;
    }
}
