package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;

/** Feature vectors of a set in groups that follow each other, of which only a few need be in memory. */
public interface FeatureGroups {
    /** Vectors in all. */
    int rows();

    /** Vectors in each group but the last, which may have fewer: a multiple of {@link FeatureBlock#ROWS}. */
    int groupSize();

    /** The vectors of a group, read anew. */
    FeatureMatrix group(int index);

    /** How many groups there are. */
    default int groups() {
        return (rows() + groupSize() - 1) / groupSize();
    }

    /** The first vector of a group. */
    default int from(int index) {
        return index * groupSize();
    }
}
