package io.adm4j.harness.evaluation.run;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.data.LabelConvention;
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
    private final boolean batch;
    private final Optional<ImageClasses> classes;

    private ReferenceImages(
            Path path,
            DatasetOptions options,
            ImageSet described,
            int measured,
            boolean batch,
            Optional<ImageClasses> classes) {
        this.path = path;
        this.options = options;
        this.described = described;
        this.measured = measured;
        this.batch = batch;
        this.classes = classes;
    }

    /**
     * Looks at the reference without reading it all.
     *
     * @param path a reference batch, or anything else that holds images
     * @param reading with the height and width that images are brought to, and that those of an array must have, and the
     *     channels that the feature network takes; a size matters where the network has one, or images come in files
     * @param evaluator that will measure it
     * @param warnings receives a sentence for what is left out or guessed
     * @throws UserError if there are no such images and no statistics of such
     */
    public static ReferenceImages open(
            Path path, DatasetOptions reading, Evaluator evaluator, Consumer<String> warnings) {
        boolean perClass = evaluator.settings().perClass();
        // Labels that nobody asked for may be of any form.
        DatasetOptions labeled = perClass ? reading : reading.withLabels(LabelConvention.NONE);
        // Arrays are not resized, and files are brought to the samples' size.
        boolean pickled = ReferenceBatch.isPickled(path);
        DatasetOptions options = evaluator.takesAnySize() && !pickled && ImageStream.isArray(path)
                ? labeled.withSize(DatasetOptions.ANY_SHAPE)
                : labeled;
        boolean batch = pickled || isBatch(path);
        if (pickled || batch && isWithoutImages(path)) {
            ImageSet statistics = new ImageSet(path.toString(), 0, 0, Optional.of(Sha256.of(path)));
            return new ReferenceImages(path, options, statistics, evaluator.imagesOf(path), true, Optional.empty());
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
                    batch,
                    perClass ? ImageClasses.of(images) : Optional.empty());
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

    /** The class of each image, if they are scored by class and known. */
    Optional<ImageClasses> classes() {
        return classes;
    }

    /** The class of each image if it can be told, whether or not they are scored by class. */
    Optional<ImageClasses> knownClasses() {
        if (classes.isPresent() || described.count() == 0) {
            return classes;
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
        return described.sha256().orElseThrow() + " at " + described.size();
    }

    /** How many images {@link #measure} goes through; 0 where statistics are all that is needed. */
    int measured() {
        return measured;
    }

    /** @param done receives the number of images after each batch */
    MeasuredImages measure(Evaluator evaluator, LongConsumer done) {
        if (batch) {
            return evaluator.readReference(path, options, done);
        }
        try (ImageStream images = ImageStream.open(path, options)) {
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
        if (wanted.length == 0) {
            return found;
        }
        try (ImageStream images = ImageStream.open(path, options)) {
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
