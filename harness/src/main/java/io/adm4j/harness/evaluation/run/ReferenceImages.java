package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.data.LabelConvention;
import io.adm4j.harness.evaluation.features.FeatureFile;
import io.adm4j.harness.evaluation.features.ImageSurvey;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.features.ReferenceBatch;
import io.adm4j.harness.evaluation.result.ImageSet;
import io.adm4j.io.ArrayFileException;
import io.adm4j.io.NpzReader;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** The real images that samples are compared with. */
public final class ReferenceImages {
    private static final int ROWS_AT_ONCE = 64;

    private final Path path;
    private final DatasetOptions options;
    private final ImageSet described;
    private final int measured;
    private final Kind kind;
    private final Optional<ImageClasses> classes;

    /** How a reference is read. */
    private enum Kind {
        BATCH,
        FEATURES,
        IMAGES
    }

    private ReferenceImages(
            Path path,
            DatasetOptions options,
            ImageSet described,
            int measured,
            Kind kind,
            Optional<ImageClasses> classes) {
        this.path = path;
        this.options = options;
        this.described = described;
        this.measured = measured;
        this.kind = kind;
        this.classes = classes;
    }

    /**
     * The reference of samples: image files are brought to the samples' size, as far as it is known and square; as they are stored
     * where the network's own filter brings images of any size to the network's.
     *
     * @param reading of images; channels and sizes follow from the samples and the feature network
     * @param evaluator that will measure it
     * @param warnings receives a sentence for what is left out or guessed
     * @throws UserError if there are no such images and no statistics of such
     */
    public static ReferenceImages beside(
            SampleSet samples, Path path, DatasetOptions reading, Evaluator evaluator, Consumer<String> warnings) {
        return open(
                path,
                reading.withSize(sizeBeside(samples, evaluator))
                        .withChannels(evaluator.channels())
                        .withCommon(evaluator.commonSize()),
                evaluator,
                warnings);
    }

    private static int sizeBeside(SampleSet samples, Evaluator evaluator) {
        if (samples.fitted() || evaluator.commonSize().isPresent()) {
            return DatasetOptions.ANY_SHAPE;
        }
        if (samples.count() > 0) {
            return samples.imageSize() == samples.width() ? samples.imageSize() : DatasetOptions.ANY_SHAPE;
        }
        return evaluator.hasOwnSize() && evaluator.imageHeight() == evaluator.imageWidth()
                ? evaluator.imageHeight()
                : DatasetOptions.ANY_SHAPE;
    }

    /**
     * Looks at the reference without reading it all.
     *
     * @param path a reference batch, a file of features, or anything else that holds images
     * @param reading with the height and width that images are brought to, and that those of an array must have, and the
     *     channels that the feature network takes; a size matters where the network has one, or images come in files
     * @param evaluator that will measure it
     * @param warnings receives a sentence for what is left out or guessed
     * @throws UserError if there are no such images and no statistics of such
     */
    public static ReferenceImages open(
            Path path, DatasetOptions reading, Evaluator evaluator, Consumer<String> warnings) {
        boolean labelsWanted =
                evaluator.settings().perClass() || reading.labelFile().isPresent();
        // Labels that nobody asked for may be of any form.
        DatasetOptions labeled = labelsWanted ? reading : reading.withLabels(LabelConvention.NONE);
        if (FeatureFile.is(path)) {
            FeatureFile features = FeatureFile.open(path);
            SampleReader.requireNoLabelFile(reading, path);
            features.requireSame(evaluator.networkSha256(), evaluator.resize());
            return new ReferenceImages(
                    path,
                    reading,
                    FeatureSamples.describe(
                            features, features.count(), features.about().choice()),
                    0,
                    Kind.FEATURES,
                    labelsWanted ? FeatureSamples.classes(features) : Optional.empty());
        }
        // Arrays are not resized, and files are brought to the samples' size.
        boolean pickled = ReferenceBatch.isPickled(path);
        DatasetOptions options = evaluator.takesAnySize() && !pickled && ImageStream.isArray(path)
                ? labeled.withSize(DatasetOptions.ANY_SHAPE)
                : labeled;
        boolean batch = pickled || isBatch(path);
        if (pickled || batch && isWithoutImages(path)) {
            SampleReader.requireNoLabelFile(reading, path);
            ImageSet statistics = new ImageSet(path.toString(), 0, 0, Optional.of(Sha256.of(path)));
            return new ReferenceImages(
                    path, options, statistics, evaluator.imagesOf(path), Kind.BATCH, Optional.empty());
        }
        try (ImageStream images = ImageStream.open(path, options, warnings)) {
            return new ReferenceImages(
                    path,
                    options,
                    new ImageSet(
                            path.toString(),
                            images.size(),
                            images.imageSize(),
                            images.width(),
                            images.checksum(),
                            images.repeatsGray(),
                            List.of(),
                            Optional.empty()),
                    batch ? evaluator.imagesOf(path) : images.size(),
                    batch ? Kind.BATCH : Kind.IMAGES,
                    labelsWanted ? ImageClasses.of(images) : Optional.empty());
        }
    }

    /** Whether a file is an npz as published, not just an array of images. */
    private static boolean isBatch(Path path) {
        if (!ImageStream.isNpz(path)) {
            return false;
        }
        try (NpzReader arrays = NpzReader.open(path)) {
            return arrays.has("arr_0")
                    || arrays.has("mu")
                    || arrays.has("sigma")
                    || arrays.names().size() != 1;
        } catch (ArrayFileException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    private static boolean isWithoutImages(Path npz) {
        try (NpzReader arrays = NpzReader.open(npz)) {
            return !arrays.has("arr_0");
        } catch (ArrayFileException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    /** What a report says of the reference. */
    public ImageSet describe() {
        return described;
    }

    /** The class of each image, if it is asked for and known. */
    Optional<ImageClasses> classes() {
        return classes;
    }

    /** The class of each image if it can be told, whether or not they are scored by class. */
    Optional<ImageClasses> knownClasses() {
        if (classes.isPresent() || described.count() == 0) {
            return classes;
        }
        if (kind == Kind.FEATURES) {
            return FeatureSamples.classes(FeatureFile.open(path));
        }
        try (ImageStream images = ImageStream.open(path, options.withLabels(LabelConvention.AUTO))) {
            return ImageClasses.of(images);
        } catch (UserError e) {
            // Labels that nobody asked for may be of any form.
            return Optional.empty();
        }
    }

    /** The images from the first on. */
    ImageStream open() {
        return ImageStream.open(path, options);
    }

    /** Text that differs wherever the images differ. */
    String identity() {
        return described.sha256().orElseThrow() + " at " + described.size()
                + FeatureImages.reading(options)
                + options.labelFile()
                        .map(csv -> " labeled by " + Sha256.of(csv))
                        .orElse("");
    }

    /** Whether some of the images can be shown. */
    boolean hasImages() {
        return kind != Kind.FEATURES;
    }

    /** What the pixels show, where that is known without images. */
    Optional<ImageSurvey> survey() {
        return kind == Kind.FEATURES ? FeatureFile.open(path).rows().survey() : Optional.empty();
    }

    /** The images that {@link #measure} goes through. */
    FeatureImages images(String heading) {
        return measured == 0
                ? new FeatureImages(heading, identity(), 0, this::open)
                : images(heading, 0, described.count());
    }

    /** Some of the images, as one of several processes takes them. */
    FeatureImages images(String heading, int from, int to) {
        int[] numbers = IntStream.range(from, to).toArray();
        return new FeatureImages(
                heading,
                FeatureImages.contents(described.sha256().orElseThrow(), described.size(), options, numbers),
                to - from,
                () -> open().chosen(numbers));
    }

    /** How many images {@link #measure} goes through; 0 where their statistics or features are all that is needed. */
    int measured() {
        return measured;
    }

    /** @param done receives the number of images after each batch */
    MeasuredImages measure(Evaluator evaluator, LongConsumer done) {
        if (kind == Kind.BATCH) {
            return evaluator.readReference(path, options, done);
        }
        if (kind == Kind.FEATURES) {
            return evaluator.measure(FeatureFile.open(path).rows(), images -> {});
        }
        try (ImageStream images = open()) {
            return evaluator.measure(images, done);
        }
    }

    /**
     * Some of the images, read from the source again.
     *
     * @param numbers of the images, each from 0
     * @return number to image, uint8 [1, H, W, C]
     */
    Map<Integer, Tensor> images(int[] numbers) {
        int[] wanted = IntStream.of(numbers).distinct().sorted().toArray();
        Map<Integer, Tensor> found = new HashMap<>();
        if (wanted.length == 0 || !hasImages()) {
            return found;
        }
        try (ImageStream images = open()) {
            int from = 0;
            for (int next = 0; next < wanted.length; ) {
                Tensor rows = images.next(ROWS_AT_ONCE);
                for (; next < wanted.length && wanted[next] < from + rows.dim(0); next++) {
                    found.put(wanted[next], copy(rows, wanted[next] - from));
                }
                from += (int) rows.dim(0);
            }
        }
        return found;
    }

    /** An image of a block in memory of its own, so that the block can go. */
    private static Tensor copy(Tensor rows, int row) {
        return stacked(rows.rows(row, row + 1));
    }

    /** Images uint8 [1, H, W, C] of one size as one tensor. */
    static Tensor stacked(Tensor... images) {
        long[] shape = images[0].shape();
        shape[0] = Arrays.stream(images).mapToLong(p -> p.dim(0)).sum();
        Tensor all = Tensor.zeros(ElementType.UINT8, shape);
        ByteBuffer target = all.bytes();
        for (Tensor image : images) {
            target.put(image.bytes());
        }
        return all;
    }
}
