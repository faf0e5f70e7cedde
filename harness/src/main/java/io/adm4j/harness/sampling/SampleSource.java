package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.Tensor;

/**
 * Where the images of a run come from. Each image is a function of its number alone, so batches may be skipped; they are
 * requested in order.
 */
public interface SampleSource {
    /** Number of images in all. */
    int count();

    /** Height and width in pixels. */
    int imageSize();

    /** Channels of an image: 1 for grayscale, 3 for RGB. */
    int channels();

    /** Labels of the images {@code from} to {@code to} (exclusive), without generating these; empty for images without labels. */
    int[] labels(int from, int to);

    /**
     * Generates images.
     *
     * @param listener notified of each step of the network that generates them
     * @return uint8 {@code [to - from, H, W, C]}
     * @throws io.adm4j.feedback.UserError if the model cannot generate them
     */
    Tensor images(int from, int to, StepListener listener);

    /**
     * Checks the settings without running a network.
     *
     * @param batchSize images that will be requested at once
     * @throws io.adm4j.feedback.UserError if the model cannot generate these images
     */
    void check(int batchSize);

    /** Everything that determines the images, to tell one run from another. */
    ObjectNode settings();

    /** Whether images are expensive enough to keep for the next stage; those on disk already are not. */
    default boolean worthKeeping() {
        return true;
    }

    /** The same images, with those of earlier stages kept in these shards where they are worth it. */
    default SampleSource keepingStages(SampleShards shards) {
        return this;
    }
}
