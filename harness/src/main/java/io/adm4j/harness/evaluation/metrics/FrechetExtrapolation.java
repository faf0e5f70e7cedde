package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.linalg.Shuffle;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * FID∞ (Chong and Forsyth 2020, section 4): the Fréchet distance of finitely many samples is too large by about a constant
 * over their number, so a line through the distances of more and more samples over 1/N, continued to 0, tells what it would
 * be for infinitely many. The samples are shuffled once, and the first N of them are taken for each N; the reference stays
 * as it is.
 *
 * @param value the line at 1/N = 0; an estimate, so it can be a little below 0
 * @param fewest samples of the first distance
 * @param points number of distances
 */
public record FrechetExtrapolation(double value, int fewest, int points) {
    /** As in the published code. */
    public static final int POINTS = 15;

    /** Fewer samples give no line. */
    public static final int FEWEST_SAMPLES = 4 * POINTS;

    /**
     * @param features at least {@link #FEWEST_SAMPLES} rows
     * @param seed of the shuffle
     * @param done receives 1 after each distance, {@link #POINTS} in all
     */
    public static FrechetExtrapolation of(
            FeatureStatistics reference,
            FeatureMatrix features,
            long seed,
            MatrixProducts products,
            LongConsumer done) {
        int all = features.rows();
        int fewest = fewest(all, features.columns());
        int[] order = Shuffle.of(all, new SplittableRandom(seed));
        FeatureStatistics.Accumulator accumulator = new FeatureStatistics.Accumulator(features.columns(), products);
        double[] x = new double[POINTS];
        double[] y = new double[POINTS];
        int taken = 0;
        for (int p = 0; p < POINTS; p++) {
            int count = count(p, fewest, all);
            while (taken < count) {
                accumulator.addRow(features, order[taken++]);
            }
            x[p] = 1.0 / count;
            y[p] = FrechetDistance.between(reference, accumulator.finish(), products)
                    .value();
            done.accept(1);
        }
        return new FrechetExtrapolation(intercept(x, y), fewest, POINTS);
    }

    /**
     * By how much each image moves the extrapolated distance, times their number, less the mean: images that are in more of
     * the growing sets weigh more.
     *
     * @param onDistance the same of the distance of all images
     * @param columns length of a feature vector
     * @param seed of the shuffle
     */
    static double[] influence(double[] onDistance, int columns, long seed) {
        int all = onDistance.length;
        int fewest = fewest(all, columns);
        int[] order = Shuffle.of(all, new SplittableRandom(seed));
        double[] x = new double[POINTS];
        for (int p = 0; p < POINTS; p++) {
            x[p] = 1.0 / count(p, fewest, all);
        }
        double[] influence = new double[all];
        for (int p = 0; p < POINTS; p++) {
            // The line is linear in the distances: its value at 0 where this one is 1 and all others are 0.
            double[] alone = new double[POINTS];
            alone[p] = 1;
            double weight = intercept(x, alone) * x[p] * all;
            for (int i = 0; i < count(p, fewest, all); i++) {
                influence[order[i]] += weight * onDistance[order[i]];
            }
        }
        return PairedBootstrap.centered(influence);
    }

    private static int count(int point, int fewest, int all) {
        return (int) (fewest + (long) (all - fewest) * point / (POINTS - 1));
    }

    /** Samples of the first distance: a tenth, as 5,000 of 50,000 there, but enough for full rank if there are as many. */
    static int fewest(int all, int columns) {
        return Math.max(all / 10, Math.min(all / 2, 2 * columns));
    }

    /** Of the line of least squares. */
    private static double intercept(double[] x, double[] y) {
        double meanX = 0;
        double meanY = 0;
        for (int i = 0; i < x.length; i++) {
            meanX += x[i] / x.length;
            meanY += y[i] / x.length;
        }
        double together = 0;
        double alone = 0;
        for (int i = 0; i < x.length; i++) {
            together += (x[i] - meanX) * (y[i] - meanY);
            alone += (x[i] - meanX) * (x[i] - meanX);
        }
        return meanY - together / alone * meanX;
    }
}
