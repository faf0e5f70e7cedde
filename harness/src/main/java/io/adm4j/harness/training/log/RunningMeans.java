package io.adm4j.harness.training.log;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Exponential moving averages of the metrics, for the progress bar. */
final class RunningMeans {
    private static final double WEIGHT_OF_NEWEST = 0.05;

    private final List<String> names;
    private double[] means;

    RunningMeans(List<String> names) {
        this.names = names;
    }

    /** @param metrics of one step, one per name; not modified */
    void add(double[] metrics) {
        if (means == null) {
            means = metrics.clone();
            return;
        }
        for (int i = 0; i < means.length; i++) {
            means[i] += WEIGHT_OF_NEWEST * (metrics[i] - means[i]);
        }
    }

    /** Name and mean of each metric, for example {@code loss 0.1234  mse 0.1200}; empty before the first step. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner("  ");
        for (int i = 0; means != null && i < means.length; i++) {
            text.add(names.get(i) + String.format(Locale.ROOT, " %.4f", means[i]));
        }
        return text.toString();
    }
}
