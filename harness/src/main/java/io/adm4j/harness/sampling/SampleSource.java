package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.Tensor;

/**
 * Where the images of a run come from. Each image is a function of its number alone, so batches may be skipped;
 * they are asked for in order.
 */
public interface SampleSource {
    /** Number of images in all. */
    int count();

    /** Height and width in pixels. */
    int imageSize();

    /** Labels of the images {@code from} to {@code to} (exclusive), without making these; none where they have none. */
    int[] labels(int from, int to);

    /**
     * Makes images.
     *
     * @param listener told of each step of the network that makes them
     * @return uint8 {@code [to - from, H, W, 3]}
     * @throws IllegalArgumentException if the model cannot make them; the message says why
     */
    Tensor images(int from, int to, StepListener listener);

    /**
     * Checks the settings without running a network.
     *
     * @param batchSize images that will be asked for at once
     * @throws IllegalArgumentException if the model cannot make these images; the message says what it could
     */
    void check(int batchSize);

    /** Everything that decides the images, to tell one run from another. */
    ObjectNode settings();

    /** Whether images are dear enough to keep where another stage follows; those on disk already are not. */
    default boolean worthKeeping() {
        return true;
    }

    /** The same images, with what they are made of kept in these shards where that is dear itself. */
    default SampleSource keepingStages(SampleShards shards) {
        return this;
    }
}
