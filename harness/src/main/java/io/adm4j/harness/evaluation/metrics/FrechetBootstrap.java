package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.linalg.SymmetricEigen;
import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How far FID would move with other samples of the same number: bootstrap over the samples (Efron 1979), the
 * reference held fixed.
 *
 * <p>A resample that repeats images has a larger FID than the samples themselves, since FID grows as the number of
 * different images falls, so the plain bootstrap's range may not even hold the figure. Therefore the distance is
 * expanded to first order around the samples' moments. An image with features x moves it by
 *
 * <pre>φ(x) = 2 (μ₂ - μ₁)ᵀ (x - μ₂) + |x - μ₂|² - (x - μ₂)ᵀ T (x - μ₂) + const, with mean 0,</pre>
 *
 * <p>where T maps the samples' Gaussian to that of the reference ({@link CovarianceOverlap#rootOfMap}), and a resample moves
 * it by its mean of φ. One decomposition then serves all resamples, instead of one each.
 *
 * @param distance the distance itself
 * @param standardError spread of the resamples' distances
 * @param interval from their 2.5% to their 97.5% quantile; begins at 0 at the least
 */
public record FrechetBootstrap(FrechetDistance distance, double standardError, Interval interval) {
    private static final int BLOCK = 1024;

    /**
     * @param features of which {@code samples} are the statistics
     * @param resamples at least 1
     * @param seed of the resamples
     */
    public static FrechetBootstrap of(
            FeatureStatistics reference,
            FeatureStatistics samples,
            FeatureMatrix features,
            int resamples,
            long seed,
            MatrixProducts products) {
        CovarianceOverlap overlap = CovarianceOverlap.of(reference, samples, products);
        double trace = 0;
        double[] influence;
        if (overlap.rank() == 0) {
            influence = influence(reference, samples, features, null, products);
        } else {
            SymmetricEigen eigen = overlap.eigen();
            trace = CovarianceOverlap.sumOfRoots(eigen.values());
            influence = influence(reference, samples, features, overlap.rootOfMap(eigen, products), products);
        }
        FrechetDistance distance = FrechetDistance.of(reference, samples, trace);
        double[] moves = moves(influence, resamples, new SplittableRandom(seed));
        double square = Arrays.stream(moves).map(m -> m * m).sum();
        Arrays.sort(moves);
        return new FrechetBootstrap(
                distance,
                Math.sqrt(square / resamples),
                new Interval(
                        Math.max(0, distance.value() + quantile(moves, 0.025)),
                        Math.max(0, distance.value() + quantile(moves, 0.975))));
    }

    /** By how much each image moves the distance, less their mean. */
    private static double[] influence(
            FeatureStatistics reference,
            FeatureStatistics samples,
            FeatureMatrix features,
            Tensor rootOfMap,
            MatrixProducts products) {
        int n = features.rows();
        int columns = features.columns();
        int rank = rootOfMap == null ? 0 : (int) rootOfMap.dim(1);
        double[] influence = new double[n];
        double[] line = new double[columns];
        double[] mapped = new double[rank];
        Tensor block = Tensor.zeros(ElementType.FLOAT64, Math.min(BLOCK, n), columns);
        Tensor images = Tensor.zeros(ElementType.FLOAT64, block.dim(0), rank);
        double sum = 0;
        for (int from = 0; from < n; from += BLOCK) {
            int count = Math.min(BLOCK, n - from);
            features.shifted(from, from + count, samples.mean(), block.doubles());
            if (rank > 0) {
                products.of(block.rows(0, count), rootOfMap, images.rows(0, count));
            }
            DoubleBuffer rows = block.doubles();
            DoubleBuffer imageRows = images.doubles();
            for (int r = 0; r < count; r++) {
                rows.get(line);
                double value = 0;
                for (int c = 0; c < columns; c++) {
                    value += line[c]
                            * (line[c] + 2 * (samples.mean()[c] - reference.mean()[c]));
                }
                imageRows.get(mapped);
                for (double m : mapped) {
                    value -= m * m;
                }
                influence[from + r] = value;
                sum += value;
            }
        }
        for (int i = 0; i < n; i++) {
            influence[i] -= sum / n;
        }
        return influence;
    }

    private static double[] moves(double[] influence, int resamples, SplittableRandom random) {
        double[] moves = new double[resamples];
        for (int b = 0; b < resamples; b++) {
            double sum = 0;
            for (int i = 0; i < influence.length; i++) {
                sum += influence[random.nextInt(influence.length)];
            }
            moves[b] = sum / influence.length;
        }
        return moves;
    }

    /** Linear between the neighboring values. */
    private static double quantile(double[] ascending, double share) {
        double place = share * (ascending.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, ascending.length - 1);
        return ascending[below] + (place - below) * (ascending[above] - ascending[below]);
    }
}
