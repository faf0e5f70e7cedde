package io.adm4j.harness.evaluation.features;

import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** What the pixels of a set of images show, taken batch by batch. For one thread. */
public final class ImageSurvey {
    private static final int DIGEST_COLUMNS = 2;
    private static final int FACT_COLUMNS = 3;

    private final List<ImageFacts> images = new ArrayList<>();

    /** @param batch uint8 [N, H, W, C], not modified */
    public void add(Tensor batch) {
        images.addAll(IntStream.range(0, (int) batch.dim(0))
                .parallel()
                .mapToObj(row -> ImageFacts.of(batch.rows(row, row + 1L)))
                .toList());
    }

    /** Adds what was found of further images. */
    public void add(ImageSurvey further) {
        images.addAll(further.images);
    }

    /**
     * A survey that was kept as arrays.
     *
     * @param digests int64, as {@link #digests}
     * @param facts float64, as {@link #facts}, of as many images
     */
    static ImageSurvey of(Tensor digests, Tensor facts) {
        ImageSurvey survey = new ImageSurvey();
        long[] sums = digests.toLongArray();
        double[] values = facts.toDoubleArray();
        for (int i = 0; i < digests.dim(0); i++) {
            int at = i * FACT_COLUMNS;
            survey.images.add(new ImageFacts(
                    new ImageFacts.Digest(sums[i * DIGEST_COLUMNS], sums[i * DIGEST_COLUMNS + 1]),
                    values[at] != 0,
                    values[at + 1],
                    values[at + 2]));
        }
        return survey;
    }

    /** Shape of {@link #digests} for some images. */
    static long[] shapeOfDigests(int count) {
        return new long[] {count, DIGEST_COLUMNS};
    }

    /** Shape of {@link #facts} for some images. */
    static long[] shapeOfFacts(int count) {
        return new long[] {count, FACT_COLUMNS};
    }

    /** The two halves of each image's digest: int64 [N, 2]. */
    Tensor digests() {
        return Tensor.of(
                images.stream()
                        .map(ImageFacts::digest)
                        .flatMapToLong(digest -> Arrays.stream(new long[] {digest.high(), digest.low()}))
                        .toArray(),
                shapeOfDigests(count()));
    }

    /** Of each image 1 if it is gray, else 0, then step and edge: float64 [N, 3]. */
    Tensor facts() {
        return Tensor.of(
                images.stream()
                        .flatMapToDouble(
                                image -> Arrays.stream(new double[] {image.gray() ? 1 : 0, image.step(), image.edge()}))
                        .toArray(),
                shapeOfFacts(count()));
    }

    /** The survey of some of the images. */
    ImageSurvey of(int... numbers) {
        ImageSurvey some = new ImageSurvey();
        Arrays.stream(numbers).mapToObj(images::get).forEach(some.images::add);
        return some;
    }

    /** Images surveyed. */
    public int count() {
        return images.size();
    }

    /** One for each image. */
    public List<ImageFacts> images() {
        return Collections.unmodifiableList(images);
    }

    /** Images that differ from all before them. */
    public long distinct() {
        return images.stream().map(ImageFacts::digest).distinct().count();
    }

    /** Part of the images whose channels are nearly equal, from 0 to 1. */
    public double grayShare() {
        return images.stream().filter(ImageFacts::gray).count() / (double) count();
    }
}
