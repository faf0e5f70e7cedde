package io.adm4j.harness.metrics;

import io.adm4j.harness.UserError;
import io.adm4j.harness.data.PictureStream;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
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

    private Evaluator(FeatureExtractor extractor, MatrixProducts products, EvaluatorSettings settings) {
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
        FeatureExtractor extractor = FeatureExtractor.open(network, device, threads);
        return new Evaluator(extractor, MatrixProducts.open(threads), settings);
    }

    /** Height and width of the pictures the network takes, or {@link FeatureExtractor#ANY_SIZE}. */
    public int imageSize() {
        return extractor.imageSize();
    }

    /**
     * Extracts the features of all pictures of a stream and takes their statistics.
     *
     * @param pictures not closed
     * @param done is told after each batch how many pictures it had
     * @throws UserError if there are too few pictures for the scores, or they do not fit the network
     */
    public MeasuredPictures measure(PictureStream pictures, LongConsumer done) {
        if (pictures.size() <= settings.k()) {
            throw new UserError("There are only " + pictures.size() + " pictures; precision and recall with k = "
                    + settings.k() + " take at least " + (settings.k() + 1) + " in each set.");
        }
        FeatureMatrix features = null;
        FeatureStatistics.Accumulator statistics = null;
        InceptionScore.Accumulator score = null;
        for (Tensor batch = pictures.next(settings.batchSize()); batch != null;
                batch = pictures.next(settings.batchSize())) {
            FeatureExtractor.FeatureBatch found = extractor.extract(batch);
            int classes = found.probabilities().length / found.count();
            if (features == null) {
                features = new FeatureMatrix(found.features().length / found.count());
                statistics = new FeatureStatistics.Accumulator(features.columns(), products);
                score = new InceptionScore.Accumulator(classes, settings.inceptionSplit());
            }
            features.add(found.features());
            statistics.add(found.features());
            for (int i = 0; i < found.count(); i++) {
                score.addProbabilities(found.probabilities(), i * classes);
            }
            done.accept(found.count());
        }
        return new MeasuredPictures(features, statistics.finish(), score.finish());
    }

    /**
     * The scores of samples against a reference, both measured with this network.
     *
     * @param pairs is told how many pairs of pictures were compared since the last time;
     *     {@link PrecisionRecall#pairs} in all
     */
    public Scores compare(MeasuredPictures reference, MeasuredPictures samples, LongConsumer pairs) {
        return new Scores(
                FrechetDistance.between(reference.statistics(), samples.statistics(), products),
                PrecisionRecall.between(reference.features(), samples.features(), settings.k(), products, pairs),
                samples.inceptionScore(),
                samples.count(),
                reference.count(),
                reference.features().columns());
    }

    @Override
    public void close() {
        extractor.close();
        products.close();
    }
}
