package io.adm4j.harness.evaluation.traps;

import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** What the pixels of a set of images show, taken batch by batch. For one thread. */
public final class ImageSurvey {
    private final List<ImageFacts> images = new ArrayList<>();

    /** @param batch uint8 [N, H, W, C], not modified */
    public void add(Tensor batch) {
        images.addAll(IntStream.range(0, (int) batch.dim(0))
                .parallel()
                .mapToObj(row -> ImageFacts.of(batch.rows(row, row + 1L)))
                .toList());
    }

    /** Images surveyed. */
    public int count() {
        return images.size();
    }

    /** One for each image. */
    List<ImageFacts> images() {
        return Collections.unmodifiableList(images);
    }

    /** Images that differ from all before them. */
    long distinct() {
        return images.stream().map(ImageFacts::digest).distinct().count();
    }

    /** Part of the images whose channels are nearly equal, from 0 to 1. */
    double grayShare() {
        return images.stream().filter(ImageFacts::gray).count() / (double) count();
    }
}
