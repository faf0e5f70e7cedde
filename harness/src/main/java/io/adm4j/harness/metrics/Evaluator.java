package io.adm4j.harness.metrics;

import io.adm4j.harness.UserError;
import io.adm4j.harness.data.DataOptions;
import io.adm4j.harness.data.PictureStream;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongConsumer;

/**
 * Scores pictures on the features of one network: measure the reference once, each set of samples once, and compare.
 *
 * <p>Of the pictures only a batch is in memory, of the features all (float32).
 */
public final class Evaluator implements AutoCloseable {
    private final FeatureExtractor extractor;
    private final MatrixProducts products;
    private final EvaluatorSettings settings;
    private final FeatureStore store;

    private Evaluator(
            FeatureExtractor extractor, MatrixProducts products, EvaluatorSettings settings, FeatureStore store) {
        this.store = store;
        this.extractor = extractor;
        this.products = products;
        this.settings = settings;
    }

    /**
     * @param network a feature network; see {@link FeatureExtractor}
     * @param threads threads to use; 0 for all cores
     * @throws UserError if the network cannot be used
     */
    public static Evaluator open(Path network, Device device, int threads, EvaluatorSettings settings) {
        return open(FeatureExtractor.open(network, device, threads), threads, settings);
    }

    /**
     * @param extractor closed with the evaluator
     * @param threads threads to use for the comparison; 0 for all cores
     */
    public static Evaluator open(FeatureExtractor extractor, int threads, EvaluatorSettings settings) {
        return new Evaluator(extractor, MatrixProducts.open(threads), settings, FeatureStore.none());
    }

    /** The same evaluator, which takes the features of the one set it measures from a store where that has them. */
    public Evaluator keepingIn(FeatureStore features) {
        return new Evaluator(extractor, products, settings, features);
    }

    /** Height and width of the pictures the network takes, or {@link FeatureExtractor#ANY_SIZE}. */
    public int imageSize() {
        return extractor.imageSize();
    }

    /** Whether the network gives the features that sFID takes. */
    public boolean givesSpatial() {
        return extractor.givesSpatial();
    }

    public EvaluatorSettings settings() {
        return settings;
    }

    /** Begins to measure pictures that come batch after batch. */
    public Measurement begin() {
        return new Measurement(extractor, products, settings, store);
    }

    /** As {@link #measure(PictureStream, int[], LongConsumer)}, without labels. */
    public MeasuredPictures measure(PictureStream pictures, LongConsumer done) {
        return measure(pictures, null, done);
    }

    /**
     * Extracts the features of all pictures of a stream and takes their statistics.
     *
     * @param pictures not closed
     * @param labels the class of each picture, or null
     * @param done is told after each batch how many pictures it had
     * @throws UserError if there are too few pictures for the scores, or they do not fit the network
     */
    public MeasuredPictures measure(PictureStream pictures, int[] labels, LongConsumer done) {
        Measurement.requireEnough(pictures.size(), settings);
        Measurement measurement = begin();
        for (Tensor batch = pictures.next(settings.batchSize()); batch != null;
                batch = pictures.next(settings.batchSize())) {
            int from = measurement.count();
            int count = (int) batch.dim(0);
            measurement.add(batch, labels == null ? null : Arrays.copyOfRange(labels, from, from + count));
            done.accept(count);
        }
        return measurement.finish();
    }

    /**
     * Reads a reference batch as published: an npz with pictures in {@code arr_0}.
     *
     * @param done is told after each batch of pictures how many it had
     * @throws UserError if the file cannot be used with this network
     */
    public MeasuredPictures readReference(Path npz, LongConsumer done) {
        int size = imageSize() == FeatureExtractor.ANY_SIZE ? DataOptions.AS_STORED : imageSize();
        try (PictureStream pictures = PictureStream.open(npz, DataOptions.ofSize(size))) {
            return measure(pictures, done);
        }
    }

    /** How many pairs {@link #compare} tells of in all. */
    public long pairs(MeasuredPictures reference, MeasuredPictures samples) {
        return PrecisionRecall.pairs(reference.count(), samples.count());
    }

    /**
     * The scores of samples against a reference, both measured with this network.
     *
     * @param pairs is told how many pairs of pictures were compared since the last time; {@link #pairs} in all
     */
    public Scores compare(MeasuredPictures reference, MeasuredPictures samples, LongConsumer pairs) {
        List<Score> scores = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        int dimension = samples.statistics().dimension();
        String features = " on the network's " + dimension + " features";
        String sets = " of " + samples.count() + " samples and " + reference.count() + " reference pictures" + features;
        samples.inceptionScore().filter(s -> settings.asksFor(Metric.INCEPTION_SCORE)).ifPresent(s -> scores.add(new Score(
                Metric.INCEPTION_SCORE,
                s.mean(),
                OptionalDouble.empty(),
                Optional.empty(),
                "Exponential of the mean KL divergence of the class probabilities of " + samples.count()
                        + " samples from their average, mean over " + s.splits() + " parts of " + settings.inceptionSplit()
                        + " in their order (standard deviation over the parts "
                        + String.format(Locale.ROOT, "%.4g", s.standardDeviation()) + ").")));
        if (settings.asksFor(Metric.FID)) {
            FrechetDistance fid = FrechetDistance.between(reference.statistics(), samples.statistics(), products);
            scores.add(Score.of(Metric.FID, fid.value(), "Frechet distance of Gaussians with the means and unbiased"
                    + " covariances" + sets + "."));
            if (fid.rankDeficient()) {
                warnings.add("FID from " + Math.min(samples.count(), reference.count()) + " pictures on " + dimension
                        + " features: the covariance lacks rank, so the figure is far too large to compare with others;"
                        + " take more pictures than features.");
            }
        }
        if (settings.asksFor(Metric.SFID)) {
            if (reference.spatialStatistics().isPresent() && samples.spatialStatistics().isPresent()) {
                FrechetDistance sfid = FrechetDistance.between(
                        reference.spatialStatistics().get(), samples.spatialStatistics().get(), products);
                scores.add(Score.of(Metric.SFID, sfid.value(), "Frechet distance of Gaussians with the means and unbiased"
                        + " covariances of " + samples.count() + " samples and " + reference.count()
                        + " reference pictures on the network's "
                        + samples.spatialStatistics().get().dimension() + " features that keep their place."));
            } else {
                warnings.add("sFID was left out: the feature network has no features that keep their place.");
            }
        }
        if (settings.asksFor(Metric.PRECISION) || settings.asksFor(Metric.RECALL)) {
            PrecisionRecall found = PrecisionRecall.between(
                    reference.features().orElseThrow(), samples.features().orElseThrow(), settings.k(), products, pairs);
            String balls = " lie within the balls that reach to the " + found.k() + "-th nearest neighbour of ";
            if (settings.asksFor(Metric.PRECISION)) {
                scores.add(Score.of(Metric.PRECISION, found.precision(), "Share of " + samples.count() + " samples that"
                        + balls + reference.count() + " reference pictures" + features + "."));
            }
            if (settings.asksFor(Metric.RECALL)) {
                scores.add(Score.of(Metric.RECALL, found.recall(), "Share of " + reference.count()
                        + " reference pictures that" + balls + samples.count() + " samples" + features + "."));
            }
        }
        return new Scores(scores, List.of(), warnings, samples.count(), reference.count(), dimension);
    }

    /**
     * The reference pictures whose features lie nearest to those of the first samples.
     *
     * @param howMany samples, the first ones; all if there are fewer
     * @param neighbours reference pictures for each; all if there are fewer
     * @return one entry a sample; empty if the features of a set are not known
     */
    public List<Neighbours> nearest(MeasuredPictures reference, MeasuredPictures samples, int howMany, int neighbours) {
        if (reference.features().isEmpty() || samples.features().isEmpty()) {
            return List.of();
        }
        return Neighbours.of(
                reference.features().get(), samples.features().get(), howMany, neighbours);
    }

    @Override
    public void close() {
        extractor.close();
        products.close();
    }
}
