package io.adm4j.harness.evaluation.run;

import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.evaluation.features.ImageSurvey;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.harness.evaluation.result.SamplingPoint;
import java.util.Optional;
import java.util.function.LongConsumer;

/** One set of samples to score. */
public interface SampleSet {
    /** How the samples are generated; empty if that is not known. */
    Optional<SamplingPoint> point();

    /** Number of samples; 0 if only their statistics are known. */
    int count();

    /** Whether the images can be opened, not only their features or statistics. */
    default boolean hasImages() {
        return count() > 0;
    }

    /** What the pixels show, where that is known without images. */
    default Optional<ImageSurvey> survey() {
        return Optional.empty();
    }

    /** Whether the images are generated while they are read. */
    default boolean generated() {
        return false;
    }

    /** Height in pixels. */
    int imageSize();

    /** Width in pixels. */
    default int width() {
        return imageSize();
    }

    /** Channels of every image. */
    int channels();

    /**
     * The number that a sample has where it comes from.
     *
     * @param row of this set, from 0
     */
    default int numberInSource(int row) {
        return row;
    }

    /** The class of each sample, if known. */
    Optional<ImageClasses> classes();

    /** Text that differs wherever the images, or what a report says of them, differ. */
    String identity();

    /** Text that differs wherever the images differ, the same on every machine. */
    String contents();

    /** The samples from the first on, generated while they are read unless they exist; each call starts anew. */
    ImageStream open();

    /**
     * Some of the samples; of generated ones only these are generated.
     *
     * @param rows of this set, ascending from 0
     */
    default ImageStream openRows(int... rows) {
        return open().chosen(rows);
    }

    /** Whether images of several sizes were brought to the network's, so that the reference's are to be as well. */
    default boolean fitted() {
        return false;
    }

    /**
     * Some of these samples, as one of several processes takes them.
     *
     * @param from number of the first, from 0
     * @param to number of the one after the last
     * @throws io.adm4j.feedback.UserError if there are no images
     */
    SampleSet part(int from, int to);

    /** The samples as images whose features are wanted. */
    default FeatureImages images(String heading) {
        return new FeatureImages(heading, contents(), count(), this::open);
    }

    /**
     * The features of the samples.
     *
     * @param done receives the number of images after each batch
     * @throws io.adm4j.feedback.UserError if they do not fit the network
     */
    default MeasuredImages measure(Evaluator evaluator, LongConsumer done) {
        try (ImageStream images = open().withChannels(evaluator.channels())) {
            return evaluator.measure(images, done);
        }
    }

    /** What a report says of the samples; asked once they are measured. */
    ImageSet describe();

    /** Deletes what was kept of the samples only in case the run is interrupted. */
    void discard();
}
