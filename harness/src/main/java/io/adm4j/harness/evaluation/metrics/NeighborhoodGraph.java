package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.InnerProducts;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Which samples are in the balls of a reference, and the other way round ({@link NeighborhoodScores}), with as much around
 * them as it takes to know recall and coverage of parts of the samples. Distances are those of float32: this serves to know
 * how far scores move, not to compute them.
 */
final class NeighborhoodGraph {
    /** Samples kept that reach a reference image; further ones would decide nothing. */
    private static final int MOST_REACHING = 512;

    private final int k;
    private final double[] precise;
    private final double[] balls;
    private final NearestNeighbors neighbors;
    /** The samples in the ball of each reference image. */
    private final Links covering;
    /** The samples that reach each reference image with a ball around all neighbors that are kept. */
    private final Links reaching;

    private NeighborhoodGraph(int k, int reference, int samples, NearestNeighbors neighbors) {
        this.k = k;
        this.precise = new double[samples];
        this.balls = new double[samples];
        this.neighbors = neighbors;
        this.covering = new Links(reference);
        this.reaching = new Links(reference);
    }

    /**
     * @param radii of the reference's balls: its k-th neighbors are the last that are kept
     * @param parts that the samples will be divided into at most
     * @param pairs receives the number of pairs of points compared since the last call
     */
    static NeighborhoodGraph of(
            FeatureMatrix reference,
            NearestNeighbors radii,
            FeatureMatrix samples,
            int k,
            int parts,
            InnerProducts inner,
            LongConsumer pairs) {
        // In a part of the samples nearly all have their k-th neighbor among these.
        int kept = Math.min(samples.rows() - 1, parts * (k + 5));
        NeighborhoodGraph graph = new NeighborhoodGraph(
                k, reference.rows(), samples.rows(), NearestNeighbors.of(samples, kept, inner, pairs));
        double[] origin = reference.mean();
        inner.between(new FeatureBlock(reference, origin), new FeatureBlock(samples, origin), pairs, (a, b) -> {
            for (int r = 0; r < a.count(); r++) {
                float[] products = inner.row(r);
                int image = a.from() + r;
                float radius = (float) radii.reach(image);
                for (int c = 0; c < b.count(); c++) {
                    graph.add(image, b.from() + c, (float) (a.length(r) + b.length(c) - 2 * products[c]), radius);
                }
            }
        });
        return graph;
    }

    private void add(int reference, int sample, float distance, float radius) {
        if (distance <= radius) {
            precise[sample] = 1;
        }
        if (distance < radius) {
            balls[sample]++;
            covering.add(reference, sample, distance);
        }
        if (distance <= (float) neighbors.reach(sample)) {
            reaching.add(reference, sample, distance);
        }
    }

    /** Number of the neighbor whose distance is a radius. */
    int k() {
        return k;
    }

    /** 1 for each sample in a ball of the reference, 0 for others: their mean is precision. */
    double[] precise() {
        return precise;
    }

    /** How many balls of the reference each sample is in: their mean over k is density. */
    double[] balls() {
        return balls;
    }

    /**
     * Coverage by the samples of each part alone.
     *
     * @param part of each sample
     * @param parts at most 32
     */
    double[] coverage(byte[] part, int parts) {
        int[] covered = new int[parts];
        for (int r = 0; r < covering.count(); r++) {
            int seen = 0;
            for (int n = 0; n < covering.counts[r]; n++) {
                seen |= 1 << part[covering.samples[r][n]];
            }
            count(seen, covered);
        }
        return shares(covered);
    }

    /** As {@link #coverage}, recall, with balls that reach to the k-th neighbor in the part. */
    double[] recall(byte[] part, int parts) {
        float[] radius = new float[part.length];
        for (int sample = 0; sample < part.length; sample++) {
            radius[sample] = (float) neighbors.radius(sample, part, k);
        }
        int[] recalled = new int[parts];
        for (int r = 0; r < reaching.count(); r++) {
            int seen = 0;
            for (int n = 0; n < reaching.counts[r]; n++) {
                int sample = reaching.samples[r][n];
                if (reaching.distances[r][n] <= radius[sample]) {
                    seen |= 1 << part[sample];
                }
            }
            count(seen, recalled);
        }
        return shares(recalled);
    }

    private static void count(int seen, int[] parts) {
        for (int p = 0; p < parts.length; p++) {
            parts[p] += seen >> p & 1;
        }
    }

    private double[] shares(int[] counts) {
        return Arrays.stream(counts)
                .mapToDouble(c -> c / (double) covering.count())
                .toArray();
    }

    /** Samples with their squared distances, for each reference image. */
    private static final class Links {
        private final int[][] samples;
        private final float[][] distances;
        private final int[] counts;

        Links(int references) {
            samples = new int[references][4];
            distances = new float[references][4];
            counts = new int[references];
        }

        int count() {
            return counts.length;
        }

        void add(int reference, int sample, float distance) {
            int at = counts[reference];
            if (at == MOST_REACHING) {
                return;
            }
            if (at == samples[reference].length) {
                samples[reference] = Arrays.copyOf(samples[reference], 2 * at);
                distances[reference] = Arrays.copyOf(distances[reference], 2 * at);
            }
            samples[reference][at] = sample;
            distances[reference][at] = distance;
            counts[reference]++;
        }
    }
}
