package io.adm4j.sampling;

import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
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
    /** @throws IllegalArgumentException if there is no stage or no image, or the numbers of images differ */
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
                            : new ImageState.Started(0, 0, model.start(request, row), lowRes));
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

    /**
     * Steps of one stage that are left to an image.
     *
     * @param done steps that it has taken, over all stages
     */
    int stepsLeft(int done, int stage) {
        int steps = stages.get(stage).steps();
        return Math.max(0, Math.min(steps, before(stage + 1) - done));
    }

    /** Steps of all stages before one. */
    int before(int stage) {
        return stages.subList(0, stage).stream().mapToInt(SampleStage::steps).sum();
    }
}
