package io.adm4j.harness.evaluation.metrics;

import java.io.Serializable;
import java.util.BitSet;
import java.util.Optional;

/**
 * Precision, recall, density and coverage of sets that no process holds: first the radii of each group's balls, then what is in
 * the balls. A step has one group in memory, and one after the other of those it is compared with.
 */
public interface GroupedBalls {
    /**
     * Squared distances of the vectors of a group to their k-th nearest neighbors in the set.
     *
     * @return empty if the distances cannot be taken so
     */
    Optional<double[]> radii(FeatureGroups set, int group);

    /**
     * Which samples are in the balls around a group of the reference, and which of these are in balls around samples.
     *
     * @param referenceRadii of the group
     * @param sampleRadii of all samples
     */
    Members members(
            FeatureGroups reference, int group, double[] referenceRadii, FeatureGroups samples, double[] sampleRadii);

    /**
     * What is in the balls of a group of the reference.
     *
     * @param samples those in a ball, the rim included
     * @param reference those in a ball around a sample, the rim included, from the group's first on
     * @param covered those whose balls hold a sample, the rim excluded, from the group's first on
     * @param balls pairs of a sample and a ball that it is in, the rim excluded
     */
    record Members(BitSet samples, BitSet reference, BitSet covered, long balls) implements Serializable {}
}
