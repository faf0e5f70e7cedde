package io.adm4j.sampling;

import java.util.List;

/**
 * What became of a task.
 *
 * @param images how far each image has come, in their order; all finished unless the task was suspended
 */
public record SampleOutcome(List<ImageState> images) {
    public SampleOutcome {
        images = List.copyOf(images);
    }

    /** Whether all images are finished. */
    public boolean finished() {
        return images.stream().allMatch(ImageState.Finished.class::isInstance);
    }
}
