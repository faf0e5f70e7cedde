package io.adm4j.function.service;

import io.adm4j.io.ImageGrid;
import io.adm4j.io.PngWriter;
import io.adm4j.sampling.ImageState;
import io.adm4j.sampling.SampleOutcome;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The images of a request.
 *
 * @param images in order, uint8 {@code [1, H, W, C]} each
 */
public record ImageBatch(List<Tensor> images) {
    public ImageBatch {
        images = List.copyOf(images);
    }

    /** Those of a task that has finished. */
    static ImageBatch of(SampleOutcome outcome) {
        return new ImageBatch(outcome.images().stream()
                .map(image -> ((ImageState.Finished) image).pixels())
                .toList());
    }

    /** The images one by one, shape [H, W, C]. */
    List<Tensor> single() {
        return images.stream()
                .map(image -> image.reshape(image.dim(1), image.dim(2), image.dim(3)))
                .toList();
    }

    /** The images in one tensor, shape [N, H, W, C]. */
    public Tensor joined() {
        Tensor first = images.get(0);
        Tensor all = Tensor.zeros(first.type(), images.size(), first.dim(1), first.dim(2), first.dim(3));
        ByteBuffer to = all.bytes();
        images.forEach(image -> to.put(image.bytes()));
        return all;
    }

    /** One PNG file: the image itself, or all images in a nearly square grid. */
    public byte[] file() {
        return PngWriter.encode(
                images.size() == 1
                        ? single().get(0)
                        : ImageGrid.of((int) Math.ceil(Math.sqrt(images.size())))
                                .layOut(joined()));
    }
}
