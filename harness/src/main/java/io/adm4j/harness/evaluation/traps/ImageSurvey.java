package io.adm4j.harness.evaluation.traps;

import io.adm4j.feedback.UserError;
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

    /** What was found, int64 [N, F], for {@link #addFacts}. */
    public Tensor toTensor() {
        long[] facts = images.stream().flatMapToLong(ImageFacts::words).toArray();
        return Tensor.of(facts, images.size(), ImageFacts.WORDS);
    }

    /**
     * Adds what another survey found.
     *
     * @param facts its {@link #toTensor}
     * @throws UserError if they are of another version
     */
    public void addFacts(Tensor facts) {
        if (facts.dim(1) != ImageFacts.WORDS) {
            throw new UserError("A survey of images has " + facts.dim(1) + " values for each instead of "
                    + ImageFacts.WORDS + ": compute the parts again with this version.");
        }
        long[] words = facts.toLongArray();
        for (int from = 0; from < words.length; from += ImageFacts.WORDS) {
            images.add(ImageFacts.ofWords(words, from));
        }
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
