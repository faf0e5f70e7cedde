package io.adm4j.harness.training;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.BackgroundCheck;
import io.adm4j.harness.data.Dataset;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.random.RandomGenerator;

/**
 * Loads the batches of a dataset: every image once per epoch, shuffled, scaled to [-1, 1] and, if asked, mirrored left
 * to right with probability 1/2.
 *
 * <p>Safe for use by several threads.
 */
final class BatchLoader {
    private final Dataset dataset;
    private final TrainingSettings settings;
    private final boolean randomCrop;
    private final EpochOrder order;

    BatchLoader(Dataset dataset, TrainingSettings settings) {
        this(dataset, settings, false);
    }

    /** @param randomCrop whether images are cut at random, see {@link Dataset#copyCropped} */
    BatchLoader(Dataset dataset, TrainingSettings settings, boolean randomCrop) {
        this.randomCrop = randomCrop;
        this.dataset = dataset;
        this.settings = settings;
        this.order = new EpochOrder(dataset.size(), settings.seed());
    }

    /**
     * One batch.
     *
     * @param images float32 [N, C, H, W] in [-1, 1], C as the dataset has it; of 3 red, green, blue
     * @param labels int64 [N] in [0, classes); null if the dataset has no labels
     */
    record Batch(Tensor images, Tensor labels) {}

    /**
     * Checks that a network has an output for every class.
     *
     * @throws UserError if the dataset has more classes
     */
    void requireClasses(int numClasses) {
        int classes = dataset.classCount();
        if (classes > numClasses) {
            throw new UserError("The images have " + Count.of(classes, "class") + ", but the network has " + numClasses
                    + ": give --num-classes " + classes + ".");
        }
    }

    /** Starts to decode all images in the background, see {@link Dataset#checkInBackground()}. */
    BackgroundCheck checkInBackground() {
        return dataset.checkInBackground();
    }

    /**
     * Loads the batch of one optimizer step; a function of the step's number alone. The place of an image that turns out to
     * be damaged is taken by another, see {@link Dataset#copyUsable}.
     *
     * @param step from 0
     * @throws UserError if no image can be decoded, or one cannot and the dataset is strict
     */
    Batch load(long step) {
        int size = dataset.imageSize();
        int batchSize = settings.batchSize();
        Tensor images = Tensor.zeros(ElementType.FLOAT32, batchSize, dataset.channels(), size, size);
        Tensor labels = dataset.hasLabels() ? Tensor.zeros(ElementType.INT64, batchSize) : null;
        FloatBuffer values = images.floats();
        byte[] image = new byte[dataset.imageBytes()];
        long first = settings.imagesBefore(step);
        RandomGenerator random = StepRandom.FLIP.of(settings.seed(), step);
        RandomGenerator crops = StepRandom.CROP.of(settings.seed(), step);
        for (int i = 0; i < batchSize; i++) {
            int wanted = order.index(first + i);
            int index = randomCrop ? dataset.copyCropped(wanted, crops, image) : dataset.copyUsable(wanted, image);
            if (labels != null) {
                labels.longs().put(i, dataset.label(index));
            }
            put(image, size, dataset.channels(), settings.flip() && random.nextBoolean(), values);
        }
        return new Batch(images, labels);
    }

    /** Appends an image [H, W, C] in [0, 255] as [C, H, W] in [-1, 1]. */
    private static void put(byte[] image, int size, int channels, boolean mirrored, FloatBuffer target) {
        for (int channel = 0; channel < channels; channel++) {
            for (int y = 0; y < size; y++) {
                for (int x = 0; x < size; x++) {
                    int source = mirrored ? size - 1 - x : x;
                    int value = image[(y * size + source) * channels + channel] & 0xff;
                    target.put(value / 127.5f - 1);
                }
            }
        }
    }
}
