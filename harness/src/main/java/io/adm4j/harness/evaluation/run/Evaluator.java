package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.ImageSize;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.data.Resampling;
import io.adm4j.harness.evaluation.features.FeatureAccumulator;
import io.adm4j.harness.evaluation.features.FeatureExtractor;
import io.adm4j.harness.evaluation.features.FeatureExtractor.FeatureBatch;
import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureRows;
import io.adm4j.harness.evaluation.features.FeatureSpace;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.features.FeatureStore;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.features.NearestImages;
import io.adm4j.harness.evaluation.features.ReferenceBatch;
import io.adm4j.harness.evaluation.features.ReferenceWriter;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.metrics.MetricSuite;
import io.adm4j.harness.evaluation.metrics.NearestRows;
import io.adm4j.harness.evaluation.metrics.ScoreDifferences;
import io.adm4j.harness.evaluation.metrics.TrainingNeighbors;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Scores;
import io.adm4j.harness.evaluation.traps.Traps;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Scores images on the features of one network: measure the reference once, each set of samples once, and compare.
 *
 * <p>Of the images only a batch is in memory, of the features all (float32).
 */
public final class Evaluator implements AutoCloseable {
    /** Height and width of an image for a network that takes any. */
    private static final int PROBE_SIZE = 32;

    private final Device device;
    private final int threads;
    private final FeatureSpace space;
    private final Optional<FeatureExtractor> extractor;
    private final MatrixProducts products;
    private final EvaluatorSettings settings;
    private final FeatureStore store;
    private final Consumer<Tensor> watcher;
    private final boolean keepsSpatial;

    private Evaluator(
            Device device,
            int threads,
            FeatureSpace space,
            Optional<FeatureExtractor> extractor,
            MatrixProducts products,
            EvaluatorSettings settings,
            FeatureStore store,
            Consumer<Tensor> watcher,
            boolean keepsSpatial) {
        this.space = space;
        this.device = device;
        this.threads = threads;
        this.extractor = extractor;
        this.products = products;
        this.settings = settings;
        this.store = store;
        this.watcher = watcher;
        this.keepsSpatial = keepsSpatial;
    }

    /**
     * @param network a feature network; see {@link FeatureExtractor}
     * @param threads threads to use; 0 for all cores
     * @throws UserError if the network cannot be used
     */
    public static Evaluator open(Path network, Device device, int threads, EvaluatorSettings settings) {
        return open(network, device, threads, Optional.empty(), settings);
    }

    /**
     * As {@link #open(Path, Device, int, EvaluatorSettings)}, for images of other sizes than the network's own.
     *
     * @param resize what brings them to it; empty for the filter that the network itself names, or none
     */
    public static Evaluator open(
            Path network, Device device, int threads, Optional<Resampling> resize, EvaluatorSettings settings) {
        FeatureExtractor extractor = FeatureExtractor.open(network, device, threads, resize);
        return new Evaluator(
                device,
                resolved(threads),
                FeatureSpace.of(extractor, network),
                Optional.of(extractor),
                MatrixProducts.open(threads),
                settings,
                FeatureStore.none(),
                images -> {},
                false);
    }

    /**
     * An evaluator for features that were extracted before, without their network: it takes no images.
     *
     * @param features of the network
     * @param threads threads to use; 0 for all cores
     */
    public static Evaluator ofFeatures(FeatureFile features, int threads, EvaluatorSettings settings) {
        return new Evaluator(
                Device.CPU,
                resolved(threads),
                FeatureSpace.of(features),
                Optional.empty(),
                MatrixProducts.open(threads),
                settings,
                FeatureStore.none(),
                images -> {},
                false);
    }

    private static int resolved(int threads) {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** The same evaluator, which takes the features of the one set it measures from a store where that has them. */
    public Evaluator keepingIn(FeatureStore features) {
        return new Evaluator(device, threads, space, extractor, products, settings, features, watcher, keepsSpatial);
    }

    /** The same evaluator, which shows the images that it measures: batches of uint8 [N, H, W, C]. */
    Evaluator shownTo(Consumer<Tensor> images) {
        return new Evaluator(device, threads, space, extractor, products, settings, store, images, keepsSpatial);
    }

    /** The same evaluator, which also keeps the spatial features of each image, as differences of sFID take them. */
    Evaluator keepingSpatial() {
        return new Evaluator(device, threads, space, extractor, products, settings, store, watcher, true);
    }

    /** Height of the images the network takes, or {@link FeatureExtractor#ANY_SIZE}. */
    public int imageHeight() {
        return extractor.map(FeatureExtractor::imageHeight).orElse(FeatureExtractor.ANY_SIZE);
    }

    /** Width of the images the network takes, or {@link FeatureExtractor#ANY_SIZE}. */
    public int imageWidth() {
        return extractor.map(FeatureExtractor::imageWidth).orElse(FeatureExtractor.ANY_SIZE);
    }

    /** Whether the network has a size of its own, at least in one dimension. */
    public boolean hasOwnSize() {
        return imageHeight() != FeatureExtractor.ANY_SIZE || imageWidth() != FeatureExtractor.ANY_SIZE;
    }

    /** Whether images of any size can be measured, by the network itself or resized for it. */
    public boolean takesAnySize() {
        return !hasOwnSize() || resize() != Resampling.NONE;
    }

    /**
     * The size to which image files of several sizes are brought: the network's own, if images are resized by the filter that rounds
     * to 8 bits, as images are stored.
     */
    public Optional<ImageSize> commonSize() {
        return resize() == Resampling.BICUBIC_ANTIALIAS
                        && imageHeight() != FeatureExtractor.ANY_SIZE
                        && imageWidth() != FeatureExtractor.ANY_SIZE
                ? Optional.of(new ImageSize(imageWidth(), imageHeight()))
                : Optional.empty();
    }

    /** What brings images to the network's own size. */
    public Resampling resize() {
        return space.resize();
    }

    /** The name under which the network was published, if its file holds one. */
    Optional<String> publishedName() {
        return extractor.flatMap(FeatureExtractor::publishedName);
    }

    /** Bytes of the features of an image, as far as the network says how many there are. */
    public long bytesPerImage() {
        return extractor.map(FeatureExtractor::bytesPerImage).orElse(0L);
    }

    /** Channels of the images the network takes. */
    public int channels() {
        return space.channels();
    }

    /** Whether the network gives the features that sFID takes. */
    public boolean givesSpatial() {
        return space.spatial();
    }

    /** Whether the network gives the class probabilities that the Inception Score takes. */
    public boolean givesClasses() {
        return space.classes();
    }

    /** Where the network runs. */
    Device device() {
        return device;
    }

    /** CPU threads used, at least 1. */
    int threads() {
        return threads;
    }

    public EvaluatorSettings settings() {
        return settings;
    }

    /** As {@link #measure(ImageStream, int[], LongConsumer)}, without labels. */
    public MeasuredImages measure(ImageStream images, LongConsumer done) {
        return measure(images, null, done);
    }

    /**
     * Extracts the features of all images of a stream and takes their statistics.
     *
     * @param images not closed
     * @param labels the class of each image, or null
     * @param done receives the number of images after each batch
     * @throws UserError if there are too few images for the scores, or they do not fit the network
     */
    public MeasuredImages measure(ImageStream images, int[] labels, LongConsumer done) {
        settings.requireEnough(images.size());
        if (labels != null && labels.length != images.size()) {
            throw new IllegalArgumentException("Each image has a label or none has: there are " + labels.length
                    + " for " + images.size() + " images.");
        }
        FeatureAccumulator measurement = accumulator(known(), images.size());
        passOn(images, settings.asksFor(Metric.SFID), measurement::add, done);
        return kept(measurement.finish()).withLabels(Optional.ofNullable(labels));
    }

    /**
     * The features of images that were extracted before.
     *
     * @param done receives the number of images after each batch
     * @throws UserError if there are too few images for the scores
     */
    public MeasuredImages measure(FeatureRows rows, LongConsumer done) {
        settings.requireEnough(rows.count());
        FeatureAccumulator measurement = accumulator(rows.statistics(), rows.count());
        rows.forEach(settings.asksFor(Metric.SFID), passing(measurement::add, done));
        return measurement.finish();
    }

    /**
     * Passes on the features of all images of a stream, batch by batch in their order.
     *
     * @param images not closed
     * @param withStatistics whether to take their statistics, which needs at least 2 images
     * @param done receives the number of images after each batch
     * @return the features, if their statistics were taken
     * @throws UserError if the images do not fit the network, or it gives a value that is not finite
     */
    Optional<MeasuredImages> extract(
            ImageStream images, boolean withStatistics, Consumer<FeatureBatch> each, LongConsumer done) {
        if (!withStatistics) {
            passOn(images, true, each, done);
            return Optional.empty();
        }
        FeatureAccumulator measurement = accumulator(known(), images.size());
        passOn(images, true, ((Consumer<FeatureBatch>) measurement::add).andThen(each), done);
        return Optional.of(kept(measurement.finish()));
    }

    private MeasuredImages kept(MeasuredImages measured) {
        if (store.whole().isEmpty()) {
            store.finish(measured);
        }
        return measured;
    }

    private ReferenceBatch known() {
        return store.whole().map(FeatureRows::statistics).orElse(ReferenceBatch.NONE);
    }

    private FeatureAccumulator accumulator(ReferenceBatch known, int images) {
        return new FeatureAccumulator(
                products, known, images, settings.inceptionSplit(), settings.asksFor(Metric.SFID), keepsSpatial);
    }

    private static Consumer<FeatureBatch> passing(Consumer<FeatureBatch> each, LongConsumer done) {
        return batch -> {
            each.accept(batch);
            done.accept(batch.count());
        };
    }

    /** @param withSpatial whether the spatial features of features that are kept are wanted */
    private void passOn(ImageStream images, boolean withSpatial, Consumer<FeatureBatch> each, LongConsumer done) {
        Consumer<FeatureBatch> passing = passing(each, done);
        if (store.whole().isPresent()) {
            store.whole().get().forEach(withSpatial, passing);
            return;
        }
        int from = 0;
        for (Tensor batch = images.next(settings.batchSize());
                batch != null;
                batch = images.next(settings.batchSize())) {
            watcher.accept(batch);
            passing.accept(features(batch, from));
            from += (int) batch.dim(0);
        }
    }

    private FeatureBatch features(Tensor images, int from) {
        return store.find(from, (int) images.dim(0)).orElseGet(() -> {
            FeatureBatch extracted = extractor().extract(images);
            store.keep(from, extracted);
            return extracted;
        });
    }

    /** The network, which images take and features in files do not. */
    private FeatureExtractor extractor() {
        return extractor.orElseThrow(() -> new UserError("Features in a file are compared, and the images need their"
                + " network (" + space.name() + ", sha256 " + space.sha256() + "): name it with --features, or make"
                + " a file of features of the images too ('harness features')."));
    }

    /** What decides whether features may be compared. */
    public FeatureSpace space() {
        return space;
    }

    /**
     * How many images of a reference batch {@link #readReference} measures: those in {@code arr_0}, or none if statistics
     * are all that the scores need and the file has them.
     *
     * @throws UserError if the file is no reference batch
     */
    public int imagesOf(Path npz) {
        ReferenceBatch batch = ReferenceBatch.read(npz, this::features, this::networkSha256, resize());
        return needsImages(batch) ? batch.images() : 0;
    }

    /**
     * Reads a reference batch as published: an npz with statistics of the features ({@code mu sigma mu_s sigma_s}, any
     * floating-point type) and images in {@code arr_0}; for scores per class also labels in {@code arr_1}. Statistics that
     * the file has are taken as they are; others are those of the images. Without images, or if no score asked for needs
     * them, only statistics are known of it.
     *
     * @param done receives the number of images after each batch; {@link #imagesOf} in all
     * @throws UserError if the file cannot be used with this network
     */
    public MeasuredImages readReference(Path npz, LongConsumer done) {
        return readReference(npz, DatasetOptions.ofSize(DatasetOptions.ANY_SHAPE), done);
    }

    /** As {@link #readReference(Path, LongConsumer)}, with options for the images. */
    MeasuredImages readReference(Path npz, DatasetOptions reading, LongConsumer done) {
        ReferenceBatch batch = ReferenceBatch.read(npz, this::features, this::networkSha256, resize());
        requireFit(batch, npz);
        if (!needsImages(batch)) {
            return MeasuredImages.ofStatistics(batch.statistics().orElseThrow(), batch.spatialStatistics());
        }
        try (ImageStream images =
                ImageStream.open(npz, reading.withSize(DatasetOptions.ANY_SHAPE).withChannels(channels()))) {
            // Other tools keep other things in arr_1, so it is looked at only where labels are needed.
            int[] labels = settings.perClass() ? images.labels().orElse(null) : null;
            MeasuredImages measured = measure(images, labels, done);
            return new MeasuredImages(
                    measured.count(),
                    measured.features(),
                    measured.spatial(),
                    batch.statistics().orElse(measured.statistics()),
                    batch.spatialStatistics().or(measured::spatialStatistics),
                    measured.predictions(),
                    measured.labels());
        }
    }

    /**
     * The statistics in a reference batch, without its images.
     *
     * @throws UserError if the file has none, or they are not of this network's features
     */
    public MeasuredImages readStatistics(Path npz) {
        ReferenceBatch batch = ReferenceBatch.read(npz, this::features, this::networkSha256, resize());
        requireFit(batch, npz);
        return MeasuredImages.ofStatistics(
                batch.statistics()
                        .orElseThrow(() -> new UserError("The file " + npz + " has no statistics (mu and sigma).")),
                batch.spatialStatistics());
    }

    /**
     * Makes a reference batch as published: statistics of the features of all images, float64, and a random choice of the
     * images with their labels.
     *
     * @param npz replaced if it exists, once the new one is complete
     * @param images not closed
     * @param kept images that the file holds; all if there are fewer, 0 for statistics alone
     * @param seed of the choice
     * @param done receives the number of images after each batch
     * @return length of a feature vector
     * @throws UserError if there are too few images, or they do not fit the network
     * @throws io.adm4j.io.ArrayFileException if the file cannot be written
     */
    public int writeReference(Path npz, ImageStream images, int kept, long seed, LongConsumer done) {
        return new ReferenceWriter(extractor(), products, settings.batchSize())
                .write(npz, images, kept, seed, networkSha256(), done);
    }

    /**
     * Makes a reference batch of features that were extracted before: their statistics, without images.
     *
     * @param npz replaced if it exists, once the new one is complete
     * @param done receives the number of images after each batch
     * @throws UserError if the features are of another network, or of too few images
     */
    public void writeReference(Path npz, FeatureFile features, LongConsumer done) {
        features.requireSame(networkSha256(), resize());
        ReferenceWriter.writeStatistics(npz, measure(features.rows(), done), networkSha256(), resize());
    }

    private boolean needsImages(ReferenceBatch batch) {
        boolean lacksSpatial = settings.asksFor(Metric.SFID)
                && givesSpatial()
                && batch.spatialStatistics().isEmpty();
        return batch.images() > 0
                && (settings.needsReferenceImages() || batch.statistics().isEmpty() || lacksSpatial);
    }

    /** Length of a feature vector. */
    private int features() {
        return space.dimension().orElseGet(() -> probe().features().length);
    }

    private FeatureBatch probe() {
        int height = imageHeight() == FeatureExtractor.ANY_SIZE ? PROBE_SIZE : imageHeight();
        int width = imageWidth() == FeatureExtractor.ANY_SIZE ? PROBE_SIZE : imageWidth();
        return extractor().extract(Tensor.zeros(ElementType.UINT8, 1, height, width, channels()));
    }

    /** The network runs on one image, before much is computed that would not fit. */
    private void requireFit(ReferenceBatch batch, Path npz) {
        if (extractor.isEmpty()) {
            batch.statistics().ifPresent(s -> requireFit(s, space.dimension().orElseThrow(), "features (mu)", npz));
            return;
        }
        FeatureBatch probe = probe();
        batch.statistics().ifPresent(s -> requireFit(s, probe.features().length, "features (mu)", npz));
        probe.spatial()
                .ifPresent(spatial -> batch.spatialStatistics()
                        .ifPresent(s -> requireFit(s, spatial.length, "spatial features (mu_s)", npz)));
    }

    private static void requireFit(FeatureStatistics statistics, int extracted, String what, Path npz) {
        if (statistics.dimension() != extracted) {
            throw new UserError("The file " + npz + " has statistics of " + statistics.dimension() + " " + what
                    + ", but the feature network gives " + extracted
                    + "; use the network that they were made with, or make statistics with this network"
                    + " ('harness reference').");
        }
    }

    /** Text that differs wherever the features of an image differ. */
    String identity() {
        return networkSha256() + (resize() == Resampling.NONE ? "" : ", images resized: " + resize());
    }

    /** Checksum of the feature network's file. */
    String networkSha256() {
        return space.sha256();
    }

    /** How much {@link #compare} reports as done in all. */
    public long work(MeasuredImages reference, MeasuredImages samples) {
        return metrics().work(reference, samples);
    }

    /**
     * The scores of samples against a reference, both measured with this network.
     *
     * @param done receives the work done since the last call, in pairs of images compared; {@link #work} in all
     */
    public Scores compare(MeasuredImages reference, MeasuredImages samples, LongConsumer done) {
        return metrics().compare(reference, samples, done);
    }

    /** @param done receives the number of pairs compared since the last call */
    TrainingNeighbors trainingNeighbors(FeatureMatrix images, FeatureMatrix training, LongConsumer done) {
        return TrainingNeighbors.of(images, training, products, done);
    }

    /** @param done receives the number of pairs compared since the last call */
    NearestRows nearestRows(FeatureMatrix images, FeatureMatrix reference, LongConsumer done) {
        return NearestRows.of(images, reference, products, done);
    }

    /** What the sets show that makes scores mislead. */
    Traps traps() {
        return new Traps(products);
    }

    /** How the scores of sets of samples differ from those of a first; see {@link ScoreDifferences}. */
    ScoreDifferences differences(MeasuredImages reference, MeasuredImages first, Scores firstScores) {
        return metrics().differences(reference, first, firstScores);
    }

    private MetricSuite metrics() {
        return new MetricSuite(settings, products, givesSpatial());
    }

    /**
     * The reference images whose features are nearest to those of the first samples.
     *
     * @param howMany samples, the first ones; all if there are fewer
     * @param neighbors reference images for each; all if there are fewer
     * @return one entry per sample; empty if the features of a set are not known
     */
    public List<NearestImages> nearest(MeasuredImages reference, MeasuredImages samples, int howMany, int neighbors) {
        if (reference.features().isEmpty() || samples.features().isEmpty()) {
            return List.of();
        }
        return NearestImages.of(reference.features().get(), samples.features().get(), howMany, neighbors);
    }

    @Override
    public void close() {
        extractor.ifPresent(FeatureExtractor::close);
        products.close();
    }
}
