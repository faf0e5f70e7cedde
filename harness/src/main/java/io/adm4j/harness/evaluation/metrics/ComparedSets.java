package io.adm4j.harness.evaluation.metrics;

import io.adm4j.feedback.Count;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.InnerProducts;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.function.LongConsumer;

/** A reference and samples that are compared: whole sets, or their images of one class. For one thread. */
final class ComparedSets {
    private final MeasuredImages reference;
    private final MeasuredImages samples;
    /** The images of the class; null for whole sets. */
    private final ClassRows rows;

    private FeatureMatrix referenceFeatures;
    private FeatureMatrix sampleFeatures;
    private NeighborhoodScores neighborhoods;
    private NearestNeighbors referenceNeighbors;
    private NeighborhoodGraph graph;
    private double[] onFrechetDistance;
    private double[] onSpatialDistance;

    private ComparedSets(MeasuredImages reference, MeasuredImages samples, ClassRows rows) {
        this.reference = reference;
        this.samples = samples;
        this.rows = rows;
    }

    static ComparedSets whole(MeasuredImages reference, MeasuredImages samples) {
        return new ComparedSets(reference, samples, null);
    }

    /** The images of one class of two sets whose features are known. */
    static ComparedSets ofClass(MeasuredImages reference, MeasuredImages samples, ClassRows rows) {
        return new ComparedSets(reference, samples, rows);
    }

    boolean areWhole() {
        return rows == null;
    }

    /** The whole reference. */
    MeasuredImages reference() {
        return reference;
    }

    /** All samples. */
    MeasuredImages samples() {
        return samples;
    }

    /** Reference images compared; 0 if only their statistics are known. */
    int referenceCount() {
        return areWhole() ? reference.count() : rows.reference().length;
    }

    int sampleCount() {
        return areWhole() ? samples.count() : rows.samples().length;
    }

    /** Length of a feature vector. */
    int dimension() {
        return samples.statistics().dimension();
    }

    boolean haveReferenceFeatures() {
        return reference.features().isPresent();
    }

    FeatureMatrix referenceFeatures() {
        if (referenceFeatures == null) {
            FeatureMatrix all = reference.features().orElseThrow();
            referenceFeatures = areWhole() ? all : all.select(rows.reference());
        }
        return referenceFeatures;
    }

    FeatureMatrix sampleFeatures() {
        if (sampleFeatures == null) {
            FeatureMatrix all = samples.features().orElseThrow();
            sampleFeatures = areWhole() ? all : all.select(rows.samples());
        }
        return sampleFeatures;
    }

    /** Precision, recall, density and coverage at full accuracy; computed once for all who ask with the same k. */
    NeighborhoodScores neighborhoods(int k, MatrixProducts products, LongConsumer done) {
        if (neighborhoods == null || neighborhoods.k() != k) {
            neighborhoods = NeighborhoodScores.between(referenceFeatures(), sampleFeatures(), k, products, done);
        }
        return neighborhoods;
    }

    /** What each sample adds to the Frechet distance of the features; computed once for all who ask. Not to be modified. */
    double[] onFrechetDistance(MatrixProducts products) {
        if (onFrechetDistance == null) {
            onFrechetDistance = FrechetInfluence.of(
                            reference.statistics(), samples.statistics(), sampleFeatures(), products)
                    .values();
        }
        return onFrechetDistance;
    }

    /** As {@link #onFrechetDistance}, of the spatial features, which must be known of each sample. */
    double[] onSpatialDistance(MatrixProducts products) {
        if (onSpatialDistance == null) {
            onSpatialDistance = FrechetInfluence.of(
                            reference.spatialStatistics().orElseThrow(),
                            samples.spatialStatistics().orElseThrow(),
                            samples.spatial().orElseThrow(),
                            products)
                    .values();
        }
        return onSpatialDistance;
    }

    /** The k nearest neighbors of each reference image among the others; computed once for all who ask with the same k. */
    NearestNeighbors referenceNeighbors(int k, MatrixProducts products) {
        if (referenceNeighbors == null || referenceNeighbors.kept() != k) {
            referenceNeighbors = NearestNeighbors.of(referenceFeatures(), k, new InnerProducts(products), pairs -> {});
        }
        return referenceNeighbors;
    }

    /**
     * Who is in whose neighborhoods; computed once for all who ask with the same k.
     *
     * @param neighbors the k nearest of each reference image
     */
    NeighborhoodGraph graph(NearestNeighbors neighbors, int k, MatrixProducts products) {
        if (graph == null || graph.k() != k) {
            graph = NeighborhoodGraph.of(
                    referenceFeatures(),
                    neighbors,
                    sampleFeatures(),
                    k,
                    PartSpread.MOST_PARTS,
                    new InnerProducts(products),
                    pairs -> {});
        }
        return graph;
    }

    /** What a definition says of the features: {@code " on 2048 features, class 3"}. */
    String onFeatures() {
        return " on " + Count.of(dimension(), "feature") + (areWhole() ? "" : ", class " + rows.label());
    }
}
