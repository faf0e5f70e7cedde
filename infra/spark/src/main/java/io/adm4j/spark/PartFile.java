package io.adm4j.spark;

import io.adm4j.harness.evaluation.features.FeatureFile;
import java.io.Serializable;

/**
 * The features of a part of a set.
 *
 * @param name of the file
 * @param set digest of the whole set
 * @param from number of the first vector in the set
 * @param count of vectors
 * @param dimension of a vector
 * @param spatial whether there are spatial features too
 */
record PartFile(String name, String set, int from, int count, int dimension, boolean spatial) implements Serializable {
    static PartFile of(FeatureFile file) {
        FeatureFile.Part part = file.about().part().orElseThrow();
        return new PartFile(
                file.path().getFileName().toString(),
                part.set(),
                part.from(),
                file.count(),
                file.dimension(),
                file.hasSpatial());
    }

    int end() {
        return from + count;
    }
}
