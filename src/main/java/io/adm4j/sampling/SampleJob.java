package io.adm4j.sampling;

import io.adm4j.feedback.Count;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Images for a {@link StepScheduler}: they share their settings and may be at different steps.
 *
 * @param stages the models that each image passes through: a base model, and possibly an upsampler
 * @param seeds one per image
 * @param labels one per image, or none
 * @param images how far each image has come
 * @param mostSteps after so many steps an image is suspended; {@code Integer.MAX_VALUE} for no limit
 * @param listener notified after each step
 */
public record SampleJob(
        List<SampleStage> stages,
        long[] seeds,
        int[] labels,
        List<ImageState> images,
        int mostSteps,
        StepListener listener) {
    /**
     * Checks that all fits together.
     *
     * @throws IllegalArgumentException if there is no stage or no image, the numbers of images differ, or an image cannot be in its
     *     state with these stages
     */
    public SampleJob {
        if (stages.isEmpty() || seeds.length == 0) {
            throw new IllegalArgumentException("At least one image and one model must be given.");
        }
        if (labels.length != 0 && labels.length != seeds.length || images.size() != seeds.length) {
            throw new IllegalArgumentException("There are " + labels.length + " labels and " + images.size()
                    + " states for " + seeds.length + " images; give one for each.");
        }
        if (mostSteps < 1) {
            throw new IllegalArgumentException("An image takes at least 1 step, not " + mostSteps + ".");
        }
        stages = List.copyOf(stages);
        seeds = seeds.clone();
        labels = labels.clone();
        images = List.copyOf(images);
        for (ImageState image : images) {
            if (image instanceof ImageState.Started started) {
                check(started, stages);
            }
        }
    }

    private static void check(ImageState.Started image, List<SampleStage> stages) {
        if (image.stage() < 0 || image.stage() >= stages.size()) {
            throw new IllegalArgumentException(
                    "There is no stage " + image.stage() + " among " + Count.of(stages.size(), "stage") + ".");
        }
        SampleStage stage = stages.get(image.stage());
        SamplingPipeline model = stage.model();
        if (image.step() < 0 || image.step() >= stage.steps()) {
            throw new IllegalArgumentException(
                    "An image cannot continue after step " + image.step() + " of " + stage.steps() + ".");
        }
        requireShape(image.x(), model.shape(1));
        image.memory().forEach(kept -> requireShape(kept, model.shape(1)));
        if (model.networks().takesLowRes() != image.lowRes().isPresent()) {
            throw new IllegalArgumentException("An image has a low-resolution image only at an upsampler.");
        }
        image.lowRes().ifPresent(lowRes -> requireShape(lowRes, model.lowResShape(1)));
    }

    private static void requireShape(Tensor image, long[] shape) {
        if (image.type() != ElementType.FLOAT32 || !Arrays.equals(image.shape(), shape)) {
            throw new IllegalArgumentException(
                    "An image between two steps is float32 " + Arrays.toString(shape) + ", not " + image + ".");
        }
    }

    /** New images. */
    public static SampleJob of(List<SampleStage> stages, long[] seeds, int[] labels) {
        List<ImageState> waiting = Collections.nCopies(seeds.length, new ImageState.Waiting());
        return new SampleJob(stages, seeds, labels, waiting, Integer.MAX_VALUE, StepListener.none());
    }

    /** New images from a checked request for one model. */
    static SampleJob of(SamplingPipeline model, SampleRequest request, StepListener listener) {
        List<ImageState> images = new ArrayList<>();
        for (int i = 0; i < request.count(); i++) {
            int row = i;
            Optional<Tensor> lowRes = request.lowRes().map(t -> t.rows(row, row + 1));
            images.add(
                    request.initialNoise().isEmpty() && lowRes.isEmpty()
                            ? new ImageState.Waiting()
                            : new ImageState.Started(0, 0, model.start(request, row), List.of(), lowRes));
        }
        List<SampleStage> stages = List.of(new SampleStage(model, request.settings()));
        return new SampleJob(stages, request.seeds(), request.labels(), images, Integer.MAX_VALUE, listener);
    }

    /** The same images from given states. */
    public SampleJob from(List<ImageState> states) {
        return new SampleJob(stages, seeds, labels, states, mostSteps, listener);
    }

    /** The same images, each suspended after a number of steps. */
    public SampleJob atMost(int steps) {
        return new SampleJob(stages, seeds, labels, images, steps, listener);
    }

    /** The same images with a listener. */
    public SampleJob heardBy(StepListener added) {
        return new SampleJob(stages, seeds, labels, images, mostSteps, added);
    }

    /** One per image; a copy. */
    @Override
    public long[] seeds() {
        return seeds.clone();
    }

    /** One per image, or none; a copy. */
    @Override
    public int[] labels() {
        return labels.clone();
    }

    /** Number of images. */
    public int count() {
        return seeds.length;
    }

    /** Steps of each image, over all stages. */
    public int steps() {
        return stages.stream().mapToInt(SampleStage::steps).sum();
    }

    /** Steps that an image has taken, over all stages. */
    public int stepsDone(ImageState image) {
        if (image instanceof ImageState.Finished) {
            return steps();
        }
        return image instanceof ImageState.Started started ? before(started.stage()) + started.step() : 0;
    }

    /** Steps of one stage that an image takes until it is finished or suspended. */
    int stepsLeft(ImageState image, int stage) {
        int done = stepsDone(image);
        int end = (int) Math.min(steps(), (long) done + mostSteps);
        return Math.max(0, Math.min(end, before(stage + 1)) - Math.max(done, before(stage)));
    }

    /** Steps of one stage that all images take until they are finished or suspended. */
    long stepsLeft(int stage) {
        return images.stream().mapToLong(image -> stepsLeft(image, stage)).sum();
    }

    /** The stage of the next step after a number of steps, over all stages. */
    int stageOf(int done) {
        int stage = 0;
        while (before(stage + 1) <= done) {
            stage++;
        }
        return stage;
    }

    /** Steps of all stages before one. */
    int before(int stage) {
        return stages.subList(0, stage).stream().mapToInt(SampleStage::steps).sum();
    }
}
