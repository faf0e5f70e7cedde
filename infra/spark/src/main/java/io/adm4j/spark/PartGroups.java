package io.adm4j.spark;

import io.adm4j.harness.evaluation.features.FeatureExtractor.FeatureBatch;
import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.metrics.FeatureGroups;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The features of a set whose parts are in files; a group is read from those that it touches. */
final class PartGroups implements FeatureGroups, Serializable {
    private static final long serialVersionUID = 1L;

    private final PartFolder folder;
    private final List<PartFile> files;
    private final int groupSize;

    /**
     * @param files of the set, in its order
     * @param groupSize vectors in a group, a multiple of 1024
     */
    PartGroups(PartFolder folder, List<PartFile> files, int groupSize) {
        this.folder = folder;
        // Spark serializes it; other lists need not be serializable.
        this.files = new ArrayList<>(files);
        this.groupSize = groupSize;
    }

    @Override
    public int rows() {
        return files.get(files.size() - 1).end();
    }

    @Override
    public int groupSize() {
        return groupSize;
    }

    @Override
    public FeatureMatrix group(int index) {
        FeatureMatrix matrix = new FeatureMatrix(files.get(0).dimension());
        forEach(index, false, batch -> matrix.add(batch.features()));
        return matrix;
    }

    /** Passes on the features of a group. */
    void forEach(int index, boolean withSpatial, Consumer<FeatureBatch> each) {
        int first = from(index);
        int end = Math.min(rows(), first + groupSize);
        for (PartFile file : files) {
            int from = Math.max(first, file.from());
            int to = Math.min(end, file.end());
            if (from < to) {
                FeatureFile.open(folder.file(file.name()))
                        .rows(IntStream.range(from - file.from(), to - file.from())
                                .toArray())
                        .forEach(withSpatial, each);
            }
        }
    }
}
