package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.FeatureBlock;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureMoments;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.metrics.GroupedBalls.Members;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GroupedBallsTest {
    private static final int COLUMNS = 24;
    private static final int K = 3;

    private static MatrixProducts products;

    @BeforeAll
    static void open() {
        products = MatrixProducts.open(2);
    }

    @AfterAll
    static void close() {
        products.close();
    }

    @Test
    void scoresAreThoseOfWholeSets() {
        FeatureMatrix reference = features(2500, 1, 0);
        FeatureMatrix samples = features(1300, 2, 0.3);

        GroupedBalls exact = new ExactGroupedBalls(K, products);
        Found found = found(exact, reference, samples);

        NeighborhoodScores expected = NeighborhoodScores.between(reference, samples, K, products, pairs -> {});
        assertTrue(expected.precision() > 0.1 && expected.precision() < 0.9, expected.toString());
        assertEquals(expected.precision(), found.samples / 1300.0);
        assertEquals(expected.recall(), found.reference / 2500.0);
        assertEquals(expected.coverage(), found.covered / 2500.0);
        assertEquals(expected.density(), found.balls / (K * 1300.0));
    }

    @Test
    void equalVectorsAreNeighborsOfEachOther() {
        FeatureMatrix twice = new FeatureMatrix(COLUMNS);
        FeatureMatrix once = features(600, 3, 0);
        for (int copy = 0; copy < 2; copy++) {
            twice.add(values(once, 0, once.rows()));
        }

        Found found = found(new ExactGroupedBalls(1, products), twice, once);

        NeighborhoodScores expected = NeighborhoodScores.between(twice, once, 1, products, pairs -> {});
        assertEquals(expected.precision(), found.samples / 600.0);
        assertEquals(expected.recall(), found.reference / 1200.0);
        assertEquals(expected.coverage(), found.covered / 1200.0);
    }

    @Test
    void publishedScoresAreThoseOfWholeSets() {
        FeatureMatrix reference = features(2300, 4, 0);
        FeatureMatrix samples = features(3200, 5, 0.3);

        Found found = found(new PublishedGroupedBalls(K, products), reference, samples);

        PublishedPrecisionRecall expected = PublishedPrecisionRecall.between(
                        reference, samples, K, products, pairs -> {})
                .orElseThrow();
        assertEquals(expected.precision(), found.samples / 3200.0);
        assertEquals(expected.recall(), found.reference / 2300.0);
    }

    @Test
    void featuresTooLargeForFloat16HaveNoPublishedRadii() {
        FeatureMatrix large = new FeatureMatrix(2);
        large.add(new float[] {1, 2, 3, 4, 300, 5, 6, 7, 8, 9});

        assertTrue(new PublishedGroupedBalls(1, products)
                .radii(new Groups(large), 0)
                .isEmpty());
    }

    @Test
    void momentsOfPartsAreThoseOfTheWhole() {
        FeatureMatrix whole = features(3000, 6, 1000);
        FeatureMoments merged =
                moments(whole, 0, 100).merge(moments(whole, 100, 1800)).merge(moments(whole, 1800, 3000));

        FeatureStatistics expected = FeatureStatistics.of(whole, products);
        FeatureStatistics found = merged.statistics();
        assertEquals(expected.count(), found.count());
        for (int i = 0; i < COLUMNS; i++) {
            assertEquals(expected.mean()[i], found.mean()[i], 1e-12 * 1000);
        }
        for (int i = 0; i < COLUMNS * COLUMNS; i++) {
            assertEquals(expected.covariance()[i], found.covariance()[i], 1e-12);
        }
    }

    private static FeatureMoments moments(FeatureMatrix features, int from, int to) {
        FeatureStatistics.Accumulator sums = new FeatureStatistics.Accumulator(COLUMNS, products);
        sums.add(values(features, from, to));
        return sums.moments();
    }

    private static float[] values(FeatureMatrix features, int from, int to) {
        float[] values = new float[(to - from) * COLUMNS];
        for (int row = from; row < to; row++) {
            for (int c = 0; c < COLUMNS; c++) {
                values[(row - from) * COLUMNS + c] = features.get(row, c);
            }
        }
        return values;
    }

    private static FeatureMatrix features(int rows, long seed, double mean) {
        Random random = new Random(seed);
        float[] values = new float[rows * COLUMNS];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + random.nextGaussian());
        }
        FeatureMatrix features = new FeatureMatrix(COLUMNS);
        features.add(values);
        return features;
    }

    private record Found(long samples, long reference, long covered, long balls) {}

    private static Found found(GroupedBalls balls, FeatureMatrix reference, FeatureMatrix samples) {
        Groups centers = new Groups(reference);
        Groups others = new Groups(samples);
        List<double[]> radii = radii(balls, centers);
        double[] otherRadii = radii(balls, others).stream()
                .flatMapToDouble(java.util.Arrays::stream)
                .toArray();
        List<Members> members = new ArrayList<>();
        for (int group = 0; group < centers.groups(); group++) {
            members.add(balls.members(centers, group, radii.get(group), others, otherRadii));
        }
        return new Found(
                IntStream.range(0, samples.rows())
                        .filter(i -> members.stream().anyMatch(m -> m.samples().get(i)))
                        .count(),
                members.stream().mapToLong(m -> m.reference().cardinality()).sum(),
                members.stream().mapToLong(m -> m.covered().cardinality()).sum(),
                members.stream().mapToLong(Members::balls).sum());
    }

    private static List<double[]> radii(GroupedBalls balls, Groups set) {
        return IntStream.range(0, set.groups())
                .mapToObj(group -> balls.radii(set, group).orElseThrow())
                .toList();
    }

    /** Groups of one block of a matrix in memory. */
    private record Groups(FeatureMatrix all) implements FeatureGroups {
        @Override
        public int rows() {
            return all.rows();
        }

        @Override
        public int groupSize() {
            return FeatureBlock.ROWS;
        }

        @Override
        public FeatureMatrix group(int index) {
            return all.select(IntStream.range(from(index), Math.min(rows(), from(index) + groupSize()))
                    .toArray());
        }
    }
}
