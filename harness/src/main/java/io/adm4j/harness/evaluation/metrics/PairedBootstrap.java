package io.adm4j.harness.evaluation.metrics;

/**
 * How far chance moves the difference between the scores of two sets of as many samples, the reference held fixed: bootstrap
 * over the samples (Efron 1979), to first order.
 *
 * <p>Image i of a set moves its score by {@code φ(i) / n}, and a resample moves it by the mean of φ over the resample. Each
 * resample takes the same rows of both sets, so the difference moves by the mean of {@code φ_B(i) - φ_A(i)}. Where row i of
 * both sets came from the same seed, what the seed does to both scores cancels, and the interval is narrow. Where the rows
 * have nothing to do with each other, their φ are uncorrelated, and the interval is that of two independent sets. So the
 * same resamples are right for both.
 *
 * @param resamples at least 1
 * @param seed of the resamples
 */
record PairedBootstrap(int resamples, long seed) {
    /**
     * @param first influence of each image on the score of its set, up to a constant
     * @param second the same of the other set, as many
     */
    Spread of(double[] first, double[] second) {
        double[] both = new double[first.length];
        for (int i = 0; i < both.length; i++) {
            both[i] = second[i] - first[i];
        }
        return Spread.of(centered(both), resamples, seed);
    }

    /**
     * The same for scores that are no means over the samples, from parts of the samples without resampling: see
     * {@link PartSpread}. Parts have the same rows of both sets.
     *
     * @param samples in each set
     */
    Spread ofParts(PartSpread.Value first, PartSpread.Value second, int samples) {
        return PartSpread.of(
                (part, parts) -> {
                    double[] both = second.of(part, parts);
                    double[] less = first.of(part, parts);
                    for (int p = 0; p < parts; p++) {
                        both[p] -= less[p];
                    }
                    return both;
                },
                samples,
                seed);
    }

    /** Values less their mean. */
    static double[] centered(double[] values) {
        double mean = 0;
        for (double value : values) {
            mean += value / values.length;
        }
        double[] centered = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            centered[i] = values[i] - mean;
        }
        return centered;
    }
}
