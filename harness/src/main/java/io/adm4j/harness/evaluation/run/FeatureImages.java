package io.adm4j.harness.evaluation.run;

import io.adm4j.harness.data.ArrayLayout;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.data.ValueRange;
import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.features.FeatureSpace;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.io.Sha256;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Images whose features are wanted.
 *
 * @param heading of the progress
 * @param contents text that differs wherever the images differ, the same on every machine
 * @param count number of images; 0 if none are measured
 * @param stream opens them, generating them where they do not exist
 */
record FeatureImages(String heading, String contents, int count, Supplier<ImageStream> stream) {
    /**
     * The contents of images in files.
     *
     * @param checksum of the files
     * @param size of the images as they are read, such as {@code 48x32}
     * @param numbers of the images
     */
    static String contents(String checksum, String size, DatasetOptions options, int[] numbers) {
        return checksum + " at " + size + reading(options) + ", " + numbers.length + " images "
                + Sha256.of(Arrays.toString(numbers));
    }

    /** How arrays are read, where not as usual. */
    static String reading(DatasetOptions options) {
        return (options.layout() == ArrayLayout.HWC ? "" : " " + options.layout())
                + (options.range() == ValueRange.INTEGERS ? "" : " " + options.range());
    }

    /** Digest of network, preprocessing and images. */
    String set(Evaluator evaluator) {
        return Sha256.of(evaluator.identity() + "\n" + contents);
    }

    /** Text that differs wherever the bits of the features do, which other versions and processors round otherwise. */
    String onThisMachine(Evaluator evaluator) {
        return String.join(
                "\n",
                set(evaluator),
                evaluator.device().name(),
                LibraryVersions.adm4j(),
                LibraryVersions.current().toString());
    }

    /** What a file says of features whose images are kept nowhere. */
    FeatureFile.About about(Evaluator evaluator) {
        return about(evaluator.space(), new ImageSet(contents, count, 0, Optional.empty()), Optional.empty());
    }

    /**
     * What a file says of features.
     *
     * @param described the images
     */
    static FeatureFile.About about(FeatureSpace space, ImageSet described, Optional<FeatureFile.Part> part) {
        return new FeatureFile.About(
                space.name(),
                space.sha256(),
                space.resize(),
                described.source(),
                described.sha256(),
                described.imageSize(),
                described.width(),
                space.channels(),
                described.repeatsGray(),
                described.classes(),
                described.choice(),
                part);
    }
}
