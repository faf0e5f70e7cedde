package io.adm4j.harness.likelihood;

import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The bound of several images, as arrays under the published names: {@value #TOTAL} and {@value #PRIOR}, float32 {@code [N]};
 * {@value #VB}, {@value #X_START_MSE} and {@value #MSE}, float32 {@code [N, steps]}, the last timestep first.
 *
 * @param arrays these and what belongs to them: {@value #TIMESTEPS}, int64 {@code [steps]}, the timesteps of the columns; {@value #IMAGES},
 *     int64 {@code [N]}, numbers of the images in their dataset; {@value #LABELS}, int64 {@code [N]}, where the denoiser takes them
 */
public record Likelihood(Map<String, Tensor> arrays) {
    public static final String TOTAL = "total_bpd";
    public static final String PRIOR = "prior_bpd";
    public static final String VB = "vb";
    public static final String X_START_MSE = "xstart_mse";
    public static final String MSE = "mse";
    public static final String TIMESTEPS = "timesteps";
    public static final String IMAGES = "images";
    public static final String LABELS = "labels";

    /**
     * A mean over images.
     *
     * @param error its standard error; NaN for a single image
     */
    public record Estimate(double mean, double error) {}

    public Likelihood {
        arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
    }

    /** Number of images. */
    public int count() {
        return (int) array(TOTAL).dim(0);
    }

    /** Timesteps of the columns, the last first. */
    public long[] timesteps() {
        return array(TIMESTEPS).toLongArray();
    }

    /** The mean of an array of shape {@code [N]}. */
    public Estimate mean(String name) {
        return sum(name, 0, 1);
    }

    /**
     * The mean over images of the sum of some columns of an array {@code [N, steps]}.
     *
     * @param from first column
     * @param to end of the columns, exclusive
     */
    public Estimate sum(String name, int from, int to) {
        Tensor values = array(name);
        FloatBuffer floats = values.floats();
        int count = count();
        int columns = values.size() / count;
        double mean = 0;
        double squares = 0;
        for (int n = 0; n < count; n++) {
            double sum = 0;
            for (int c = from; c < to; c++) {
                sum += floats.get(n * columns + c);
            }
            double before = sum - mean;
            mean += before / (n + 1);
            squares += before * (sum - mean);
        }
        return new Estimate(mean, count == 1 ? Double.NaN : Math.sqrt(squares / (count - 1) / count));
    }

    /** As {@link #sum}, divided by the number of columns. */
    public Estimate average(String name, int from, int to) {
        Estimate sum = sum(name, from, to);
        return new Estimate(sum.mean() / (to - from), sum.error() / (to - from));
    }

    private Tensor array(String name) {
        return Objects.requireNonNull(arrays.get(name), name);
    }
}
