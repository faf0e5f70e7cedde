package io.adm4j.harness.evaluation.features;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.data.Resampling;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.linalg.Shuffle;
import io.adm4j.io.NpyRowWriter;
import io.adm4j.io.NpzWriter;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Makes a reference batch as published (see {@link ReferenceBatch}): statistics over all images of a stream and a random
 * choice of the images. Only a batch of images is in memory, and no features are kept.
 *
 * <p>For one batch and one thread.
 */
public final class ReferenceWriter {
    private final FeatureExtractor extractor;
    private final MatrixProducts products;
    private final int batchSize;
    private FeatureStatistics.Accumulator statistics;
    private FeatureStatistics.Accumulator spatial;

    public ReferenceWriter(FeatureExtractor extractor, MatrixProducts products, int batchSize) {
        this.extractor = extractor;
        this.products = products;
        this.batchSize = batchSize;
    }

    /**
     * @param images not closed
     * @param kept images that the file holds; all if there are fewer, 0 for statistics alone
     * @param seed of the choice
     * @param networkSha256 of the network, in hexadecimal
     * @param done receives the number of images after each batch
     * @return number of features
     * @throws UserError if there are too few images, or they do not fit the network
     */
    public int write(Path file, ImageStream images, int kept, long seed, String networkSha256, LongConsumer done) {
        int all = images.size();
        if (all < 2) {
            throw new UserError("A reference takes at least 2 images; there is only " + all + ".");
        }
        int[] chosen = Arrays.copyOf(Shuffle.of(all, new SplittableRandom(seed)), Math.min(kept, all));
        Arrays.sort(chosen);
        // Labels first: if they cannot be read, nothing is lost yet.
        Optional<int[]> labels = images.labels();
        try (NpzWriter archive = NpzWriter.create(file)) {
            if (chosen.length == 0) {
                measure(images, chosen, null, done);
            } else {
                try (NpyRowWriter rows = archive.begin(
                        ReferenceBatch.IMAGES,
                        ElementType.UINT8,
                        chosen.length,
                        images.imageSize(),
                        images.width(),
                        images.channels())) {
                    measure(images, chosen, rows, done);
                }
                labels.ifPresent(l -> archive.write(
                        ReferenceBatch.LABELS,
                        Tensor.of(IntStream.of(chosen).mapToLong(i -> l[i]).toArray(), chosen.length)));
            }
            FeatureStatistics found = statistics.finish();
            write(archive, found, Optional.ofNullable(spatial).map(FeatureStatistics.Accumulator::finish));
            write(archive, all, networkSha256, extractor.resize());
            archive.finish();
            return found.dimension();
        }
    }

    /**
     * Makes a reference batch without images.
     *
     * @param measured a set with statistics of its own
     * @param networkSha256 of the network, in hexadecimal
     * @param resize what brought images to the network's own size
     */
    public static void writeStatistics(Path file, MeasuredImages measured, String networkSha256, Resampling resize) {
        try (NpzWriter archive = NpzWriter.create(file)) {
            write(archive, measured.statistics(), measured.spatialStatistics());
            write(archive, measured.count(), networkSha256, resize);
            archive.finish();
        }
    }

    static void write(NpzWriter archive, FeatureStatistics statistics, Optional<FeatureStatistics> spatialStatistics) {
        write(archive, ReferenceBatch.MEAN, ReferenceBatch.COVARIANCE, statistics);
        spatialStatistics.ifPresent(
                s -> write(archive, ReferenceBatch.SPATIAL_MEAN, ReferenceBatch.SPATIAL_COVARIANCE, s));
    }

    /** What decides whether features may be compared. */
    static void write(NpzWriter archive, int count, String networkSha256, Resampling resize) {
        archive.write(ReferenceBatch.COUNT, Tensor.of(new long[] {count}, 1));
        byte[] sum = HexFormat.of().parseHex(networkSha256);
        archive.write(ReferenceBatch.NETWORK, Tensor.of(sum, sum.length));
        if (resize != Resampling.NONE) {
            byte[] filter = resize.toString().getBytes(StandardCharsets.US_ASCII);
            archive.write(ReferenceBatch.RESIZE, Tensor.of(filter, filter.length));
        }
    }

    private static void write(NpzWriter archive, String mean, String covariance, FeatureStatistics statistics) {
        int n = statistics.dimension();
        archive.write(mean, Tensor.of(statistics.mean(), n));
        archive.write(covariance, Tensor.of(statistics.covariance(), n, n));
    }

    /** @param rows receives the chosen images; null if there are none */
    private void measure(ImageStream images, int[] chosen, NpyRowWriter rows, LongConsumer done) {
        int from = 0;
        int next = 0;
        for (Tensor batch = images.next(batchSize); batch != null; batch = images.next(batchSize)) {
            add(extractor.extract(batch));
            int count = (int) batch.dim(0);
            for (; next < chosen.length && chosen[next] < from + count; next++) {
                rows.write(batch.rows(chosen[next] - from, chosen[next] - from + 1));
            }
            from += count;
            done.accept(count);
        }
    }

    private void add(FeatureExtractor.FeatureBatch found) {
        if (statistics == null) {
            statistics = new FeatureStatistics.Accumulator(found.features().length / found.count(), products);
            found.spatial()
                    .ifPresent(s -> spatial = new FeatureStatistics.Accumulator(s.length / found.count(), products));
        }
        statistics.add(found.features());
        found.spatial().ifPresent(s -> spatial.add(s));
    }
}
