package io.adm4j.harness.evaluation.features;

import io.adm4j.harness.data.Resampling;
import io.adm4j.io.Sha256;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * What decides whether features may be compared, and what a network gives.
 *
 * @param name of the network
 * @param sha256 of its file, 64 hexadecimal digits
 * @param resize what brings images to its own size
 * @param channels of the images that it takes
 * @param dimension length of a feature vector, if it is known before the network runs
 * @param spatial whether there are the features that sFID takes
 * @param classes whether there are the class probabilities that the Inception Score takes
 */
public record FeatureSpace(
        String name,
        String sha256,
        Resampling resize,
        int channels,
        OptionalInt dimension,
        boolean spatial,
        boolean classes) {
    /** That of a network; reads all of the file. */
    public static FeatureSpace of(FeatureExtractor extractor, Path network) {
        return new FeatureSpace(
                network.getFileName().toString(),
                Sha256.of(network),
                extractor.resize(),
                extractor.channels(),
                OptionalInt.empty(),
                extractor.givesSpatial(),
                extractor.givesClasses());
    }

    /** The same under another name. */
    public FeatureSpace named(String newName) {
        return new FeatureSpace(newName, sha256, resize, channels, dimension, spatial, classes);
    }

    /** That of features in a file. */
    public static FeatureSpace of(FeatureFile file) {
        return new FeatureSpace(
                file.about().network(),
                file.about().networkSha256(),
                file.about().resize(),
                file.about().channels(),
                OptionalInt.of(file.dimension()),
                file.hasSpatial(),
                file.hasClasses());
    }
}
