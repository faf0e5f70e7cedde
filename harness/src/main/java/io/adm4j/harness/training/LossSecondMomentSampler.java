package io.adm4j.harness.training;

import io.adm4j.feedback.UserError;
import io.adm4j.io.ArrayFileException;
import io.adm4j.io.Npz;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Importance sampling of timesteps by the second moment of their losses (Nichol and Dhariwal 2021, section 3.3, eq. 18), as
 * in the published trainer: p_t grows with √E[L_t²] over the last 10 losses of t, mixed with 0.1 % of the uniform
 * distribution. Sampling is uniform until every timestep has 10 losses. A loss is weighted by 1/(T·p_t), so that its mean
 * is the one under uniform sampling.
 *
 * <p>For one thread at a time.
 */
final class LossSecondMomentSampler {
    private static final int HISTORY = 10;
    private static final double UNIFORM_SHARE = 0.001;
    static final String FILE = "timesteps.npz";

    private final double[][] history;
    private final int[] counts;

    /** @param numTimesteps T, at least 1 */
    LossSecondMomentSampler(int numTimesteps) {
        history = new double[numTimesteps][HISTORY];
        counts = new int[numTimesteps];
    }

    /**
     * Sampled timesteps.
     *
     * @param t int64 [N] in [0, T)
     * @param weights float32 [N], by which the losses are multiplied
     */
    record Sampled(Tensor t, Tensor weights) {}

    /**
     * Samples timesteps from the current distribution.
     *
     * @param uniforms [N] in [0, 1): the places in the cumulative distribution; not modified
     */
    Sampled sample(double... uniforms) {
        double[] p = weights();
        double sum = Arrays.stream(p).sum();
        double[] cumulative = new double[p.length];
        double before = 0;
        for (int t = 0; t < p.length; t++) {
            p[t] /= sum;
            before += p[t];
            cumulative[t] = before;
        }
        Tensor timesteps = Tensor.zeros(ElementType.INT64, uniforms.length);
        Tensor weights = Tensor.zeros(ElementType.FLOAT32, uniforms.length);
        for (int i = 0; i < uniforms.length; i++) {
            int t = place(cumulative, uniforms[i]);
            timesteps.longs().put(i, t);
            weights.floats().put(i, (float) (1 / (p.length * p[t])));
        }
        return new Sampled(timesteps, weights);
    }

    /** The first place whose cumulative probability is above u; rounding may leave the last one below 1. */
    private static int place(double[] cumulative, double u) {
        int low = 0;
        int high = cumulative.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cumulative[middle] > u) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** The sampling weights [T] as published: ones before every timestep has 10 losses, then probabilities. */
    double[] weights() {
        double[] weights = new double[counts.length];
        if (Arrays.stream(counts).anyMatch(count -> count < HISTORY)) {
            Arrays.fill(weights, 1);
            return weights;
        }
        double sum = 0;
        for (int t = 0; t < weights.length; t++) {
            double squares = 0;
            for (double loss : history[t]) {
                squares += loss * loss;
            }
            weights[t] = Math.sqrt(squares / HISTORY);
            sum += weights[t];
        }
        for (int t = 0; t < weights.length; t++) {
            // Losses that are all 0 carry no preference.
            double share = sum > 0 ? weights[t] / sum : 1.0 / weights.length;
            weights[t] = share * (1 - UNIFORM_SHARE) + UNIFORM_SHARE / weights.length;
        }
        return weights;
    }

    /**
     * Adds losses to the history, in their order; of each timestep the last 10 count.
     *
     * @param losses of t before weighting, [N]; neither is modified
     */
    void observe(long[] t, float[] losses) {
        for (int i = 0; i < t.length; i++) {
            int step = (int) t[i];
            double[] own = history[step];
            if (counts[step] == HISTORY) {
                System.arraycopy(own, 1, own, 0, HISTORY - 1);
                own[HISTORY - 1] = losses[i];
            } else {
                own[counts[step]++] = losses[i];
            }
        }
    }

    /** The losses [T, 10] of each timestep from the oldest on, those after {@link #counts} zero; a copy. */
    Tensor history() {
        double[] all = Arrays.stream(history).flatMapToDouble(Arrays::stream).toArray();
        return Tensor.of(all, history.length, HISTORY);
    }

    /** The number of losses [T] of each timestep, at most 10; a copy. */
    Tensor counts() {
        return Tensor.of(Arrays.stream(counts).asLongStream().toArray(), counts.length);
    }

    /** Writes the history to a file in a checkpoint's folder. */
    void save(Path folder) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put("history", history());
        arrays.put("counts", counts());
        Npz.write(folder.resolve(FILE), arrays);
    }

    /**
     * Takes the history of a checkpoint.
     *
     * @throws UserError if the file is damaged
     */
    void load(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            Map<String, Tensor> arrays = Npz.read(file);
            Tensor past = arrays.get("history");
            Tensor known = arrays.get("counts");
            if (past == null || known == null) {
                throw new UserError(file + " is damaged: resume from an older checkpoint.");
            }
            double[] losses = past.toDoubleArray();
            long[] numbers = known.toLongArray();
            if (numbers.length != counts.length || losses.length != counts.length * HISTORY) {
                throw new UserError(file + " holds losses of " + numbers.length + " timesteps, and the run has "
                        + counts.length + ": resume from an older checkpoint.");
            }
            for (int t = 0; t < counts.length; t++) {
                counts[t] = (int) Math.max(0, Math.min(HISTORY, numbers[t]));
                System.arraycopy(losses, t * HISTORY, history[t], 0, HISTORY);
            }
        } catch (ArrayFileException e) {
            throw new UserError(file + " is damaged: resume from an older checkpoint.", e);
        }
    }
}
