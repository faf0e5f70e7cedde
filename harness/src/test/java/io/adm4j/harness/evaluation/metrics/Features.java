package io.adm4j.harness.evaluation.metrics;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import java.util.Random;

/** Feature vectors for tests. */
public final class Features {
    private Features() {}

    /** Independent Gaussians: element c has the given mean and deviation times {@code 1 + c / columns}. */
    static FeatureMatrix gaussian(int rows, int columns, long seed, double mean, double deviation) {
        Random random = new Random(seed);
        FeatureMatrix matrix = new FeatureMatrix(columns);
        float[] row = new float[columns];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                row[c] = (float) (mean + deviation * (1 + c / (double) columns) * random.nextGaussian());
            }
            matrix.add(row);
        }
        return matrix;
    }
}
