package io.adm4j.harness.evaluation.features;

import io.adm4j.export.importer.torch.PickledArrays;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Statistics of features as other programs pickle them: EDM2's and torch-fidelity's dicts with {@code mu} and {@code sigma}, in EDM2's
 * within one dict for each network; and StyleGAN's with sums ({@code raw_mean}, {@code raw_cov}, {@code num_items}), of which the
 * covariance is that over all images, as StyleGAN takes it.
 *
 * @param name of the network, such as "fid" or "fd_dinov2"; empty if the file has none
 * @param mean float64 [D]
 * @param covariance float64 [D, D]
 * @param count of images, or {@link FeatureStatistics#UNKNOWN}
 */
record PickledStatistics(String name, Tensor mean, Tensor covariance, long count) {
    /**
     * Reads those of one network.
     *
     * @param length of its features
     * @throws UserError if the file has none, or several of this length
     */
    static PickledStatistics read(Path file, int length) {
        PickledArrays arrays = PickledArrays.read(file);
        List<String> all =
                arrays.names().stream().filter(name -> isMean(arrays, name)).toList();
        List<String> fitting = all.size() == 1
                ? all
                : all.stream()
                        .filter(name -> Arrays.equals(arrays.shape(name), new long[] {length}))
                        .toList();
        if (fitting.size() != 1) {
            throw new UserError(file
                    + (all.isEmpty()
                            ? " has no statistics: mu and sigma, or raw_mean, raw_cov and num_items, are needed."
                            : " has " + (fitting.isEmpty() ? "no" : "several") + " statistics of the " + length
                                    + " features that the network gives, but "
                                    + all.stream().collect(Collectors.joining(", "))
                                    + ": save those of one network with numpy.savez (mu and sigma)."));
        }
        return of(arrays, fitting.get(0));
    }

    private static boolean isMean(PickledArrays arrays, String name) {
        return last(name).equals("mu") && arrays.names().contains(folder(name) + "sigma")
                || last(name).equals("raw_mean")
                        && arrays.names().contains(folder(name) + "raw_cov")
                        && arrays.number(folder(name) + "num_items").orElse(0L) > 0;
    }

    private static PickledStatistics of(PickledArrays arrays, String mean) {
        String folder = folder(mean);
        String name = folder.isEmpty() ? "" : folder.substring(0, folder.length() - 1);
        if (last(mean).equals("mu")) {
            return new PickledStatistics(
                    name,
                    arrays.read(mean),
                    arrays.read(folder + "sigma"),
                    arrays.number("num_images").orElse(FeatureStatistics.UNKNOWN));
        }
        long count = arrays.number(folder + "num_items").orElseThrow();
        double[] sum = arrays.read(mean).toDoubleArray();
        Tensor products = arrays.read(folder + "raw_cov");
        double[] covariance = products.toDoubleArray();
        int d = sum.length;
        if (covariance.length == (long) d * d) {
            for (int i = 0; i < d; i++) {
                for (int j = 0; j < d; j++) {
                    covariance[i * d + j] = covariance[i * d + j] / count - sum[i] / count * (sum[j] / count);
                }
            }
        }
        double[] means = Arrays.stream(sum).map(value -> value / count).toArray();
        return new PickledStatistics(
                name,
                Tensor.of(means, d),
                Tensor.of(covariance, products.shape().clone()),
                count);
    }

    private static String folder(String name) {
        return name.substring(0, name.lastIndexOf('/') + 1);
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }
}
