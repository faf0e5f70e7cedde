package io.adm4j.harness.evaluation.features;

import io.adm4j.export.importer.torch.PickledArrays;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Resampling;
import io.adm4j.io.ArrayFileException;
import io.adm4j.io.NpyHeader;
import io.adm4j.io.NpzReader;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.HalfFloat;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The arrays of a reference batch as published: an npz with statistics over a whole data set ({@code mu} [D] and
 * {@code sigma} [D, D] of the features, {@code mu_s} and {@code sigma_s} of the spatial ones) and some of its images
 * ({@code arr_0}, labels in {@code arr_1}). Either part may be missing; other arrays are ignored.
 *
 * <p>Batches that {@code harness reference} makes also say how many images the statistics are of and which network gave
 * the features, in arrays that other programs ignore.
 *
 * @param statistics of the features, if the file has them
 * @param spatialStatistics of the spatial features, if the file has them
 * @param images how many are in {@code arr_0}; 0 if there are none
 */
public record ReferenceBatch(
        Optional<FeatureStatistics> statistics, Optional<FeatureStatistics> spatialStatistics, int images) {
    /** Nothing. */
    public static final ReferenceBatch NONE = new ReferenceBatch(Optional.empty(), Optional.empty(), 0);

    static final String IMAGES = "arr_0";
    static final String LABELS = "arr_1";
    static final String MEAN = "mu";
    static final String COVARIANCE = "sigma";
    static final String SPATIAL_MEAN = "mu_s";
    static final String SPATIAL_COVARIANCE = "sigma_s";
    /** int64 [1]: images that the statistics are of. */
    static final String COUNT = "adm4j_count";
    /** uint8 [32]: SHA-256 of the feature network's file. */
    static final String NETWORK = "adm4j_network";
    /** uint8: name of the filter that brought images to the network's own size, in ASCII; missing without one. */
    static final String RESIZE = "adm4j_resize";

    /** How far apart rounding may bring elements that mirror each other, as a share of the largest on the diagonal. */
    private static final double ASYMMETRY = 1e-3;

    /**
     * Reads the statistics: of a batch as published, or as other programs pickle them.
     *
     * @param features length of a feature vector of the network, asked for only if the file may have several
     * @param networkSha256 of the network in use, asked for only if the file names one
     * @param resize what brings images to the network's own size
     * @throws UserError if the file is damaged, has neither statistics nor images, or was made with another network
     */
    public static ReferenceBatch read(
            Path file, IntSupplier features, Supplier<String> networkSha256, Resampling resize) {
        if (PickledArrays.is(file)) {
            PickledStatistics pickled = PickledStatistics.read(file, features.getAsInt());
            return new ReferenceBatch(
                    Optional.of(statistics(
                            file,
                            MEAN,
                            pickled.mean(),
                            COVARIANCE,
                            pickled.covariance(),
                            pickled.count() < 2 ? FeatureStatistics.UNKNOWN : pickled.count())),
                    Optional.empty(),
                    0);
        }
        try (NpzReader reader = NpzReader.open(file)) {
            if (!reader.has(MEAN) && !reader.has(COVARIANCE) && images(reader) == 0) {
                throw new UserError("The file " + file + " has neither statistics (mu and sigma) nor images (arr_0);"
                        + " it holds " + reader.names() + ".");
            }
            requireSameNetwork(reader, file, networkSha256, resize);
            long count = count(reader);
            return new ReferenceBatch(
                    statistics(reader, file, MEAN, COVARIANCE, count),
                    statistics(reader, file, SPATIAL_MEAN, SPATIAL_COVARIANCE, count),
                    images(reader));
        } catch (ArrayFileException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    /** Whether a file has statistics and cannot have images: one that EDM2, StyleGAN or torch-fidelity pickled. */
    public static boolean isPickled(Path file) {
        return Files.isRegularFile(file) && PickledArrays.is(file);
    }

    /** Whether a file is a batch that {@link ReferenceWriter} made. */
    public static boolean isOurs(Path file) {
        try (NpzReader reader = NpzReader.open(file)) {
            return reader.has(NETWORK) && !reader.has(FeatureFile.ABOUT);
        } catch (ArrayFileException e) {
            return false;
        }
    }

    private static int images(NpzReader reader) {
        if (!reader.has(IMAGES)) {
            return 0;
        }
        long[] shape = reader.header(IMAGES).shape();
        return shape.length == 0 ? 0 : Math.toIntExact(shape[0]);
    }

    private static void requireSameNetwork(
            NpzReader reader, Path file, Supplier<String> networkSha256, Resampling resize) {
        if (!reader.has(NETWORK)) {
            return;
        }
        String made = HexFormat.of().formatHex(reader.read(NETWORK).toByteArray());
        if (!made.equals(networkSha256.get())) {
            throw new UserError("The statistics in " + file + " are of features of another network (sha256 " + made
                    + ") than the one in use (" + networkSha256.get()
                    + "); use that network, or make a reference with this one ('harness reference').");
        }
        String filter = reader.has(RESIZE)
                ? new String(reader.read(RESIZE).toByteArray(), StandardCharsets.US_ASCII)
                : Resampling.NONE.toString();
        if (!filter.equals(resize.toString())) {
            throw new UserError("The statistics in " + file + " are of images resized with " + filter
                    + ", and --resize is " + resize + ": give both the same, or make a reference with this filter.");
        }
    }

    /**
     * What a file holds.
     *
     * @param statistics whether there are any, of features
     * @param images how many
     * @param measured images that the statistics are of, or {@link FeatureStatistics#UNKNOWN}
     */
    public record Contents(boolean statistics, int images, long measured) {}

    /**
     * Looks at a file without reading it all.
     *
     * @param file an npz or a pickle
     * @throws UserError if it is damaged
     */
    public static Contents contents(Path file) {
        if (isPickled(file)) {
            return new Contents(true, 0, FeatureStatistics.UNKNOWN);
        }
        try (NpzReader reader = NpzReader.open(file)) {
            return new Contents(reader.has(MEAN) && reader.has(COVARIANCE), images(reader), count(reader));
        } catch (ArrayFileException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    private static long count(NpzReader reader) {
        if (!reader.has(COUNT)
                || reader.header(COUNT).type() != ElementType.INT64
                || reader.header(COUNT).elements() != 1) {
            return FeatureStatistics.UNKNOWN;
        }
        return Math.max(FeatureStatistics.UNKNOWN, reader.read(COUNT).toLongArray()[0]);
    }

    private static Optional<FeatureStatistics> statistics(
            NpzReader reader, Path file, String meanName, String covarianceName, long count) {
        if (!reader.has(meanName) && !reader.has(covarianceName)) {
            return Optional.empty();
        }
        if (!reader.has(meanName) || !reader.has(covarianceName)) {
            String missing = reader.has(meanName) ? covarianceName : meanName;
            throw new UserError("The file " + file + " has no " + missing + ", but "
                    + (reader.has(meanName) ? meanName : covarianceName) + "; both or neither are needed.");
        }
        requireFloats(reader.header(meanName), file, meanName, 1);
        requireFloats(reader.header(covarianceName), file, covarianceName, 2);
        requireFit(
                reader.header(meanName).shape(), reader.header(covarianceName).shape(), file, meanName, covarianceName);
        return Optional.of(
                statistics(file, meanName, reader.read(meanName), covarianceName, reader.read(covarianceName), count));
    }

    private static FeatureStatistics statistics(
            Path file, String meanName, Tensor mean, String covarianceName, Tensor covariance, long count) {
        requireFit(mean.shape(), covariance.shape(), file, meanName, covarianceName);
        double[] means = numbers(mean, file, meanName);
        double[] covariances = numbers(covariance, file, covarianceName);
        symmetrise(covariances, means.length, file, covarianceName);
        return new FeatureStatistics(count, means, covariances);
    }

    private static void requireFit(long[] shape, long[] square, Path file, String meanName, String covarianceName) {
        if (shape.length != 1 || square.length != 2 || square[0] != shape[0] || square[1] != shape[0] || shape[0] < 1) {
            throw new UserError("The covariance " + covarianceName + " in " + file + " has the shape "
                    + Arrays.toString(square) + ", which does not fit the mean " + meanName + " of "
                    + Arrays.toString(shape) + "; D and D x D elements are needed.");
        }
    }

    private static void requireFloats(NpyHeader header, Path file, String name, int rank) {
        boolean isFloat = header.type() == ElementType.FLOAT16
                || header.type() == ElementType.FLOAT32
                || header.type() == ElementType.FLOAT64;
        if (!isFloat || header.shape().length != rank) {
            throw new UserError("The array " + name + " in " + file + " is " + header.type()
                    + Arrays.toString(header.shape()) + "; floating-point numbers of "
                    + (rank == 1 ? "one dimension" : "two dimensions") + " are needed.");
        }
    }

    private static double[] numbers(Tensor array, Path file, String name) {
        ByteBuffer in = array.bytes();
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (array.type()) {
                case FLOAT16 -> HalfFloat.value(in.getShort());
                case FLOAT32 -> in.getFloat();
                default -> in.getDouble();
            };
            if (!Double.isFinite(values[i])) {
                throw new UserError("The array " + name + " in " + file + " holds a value that is not a finite number ("
                        + values[i] + "); make the reference again.");
            }
        }
        return values;
    }

    private static void symmetrise(double[] matrix, int n, Path file, String name) {
        double largest = 0;
        for (int i = 0; i < n; i++) {
            double variance = matrix[i * n + i];
            if (variance < 0) {
                throw new UserError("The array " + name + " in " + file + " is no covariance: it has a variance of "
                        + variance + " at " + i + "; make the reference again.");
            }
            largest = Math.max(largest, variance);
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                double a = matrix[i * n + j];
                double b = matrix[j * n + i];
                if (Math.abs(a - b) > ASYMMETRY * largest) {
                    throw new UserError("The array " + name + " in " + file + " is no covariance: it is not symmetric ("
                            + a + " at " + i + ", " + j + ", but " + b + " mirrored); make the reference again.");
                }
                matrix[i * n + j] = (a + b) / 2;
                matrix[j * n + i] = (a + b) / 2;
            }
        }
    }
}
