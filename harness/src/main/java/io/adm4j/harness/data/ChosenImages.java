package io.adm4j.harness.data;

import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Some images of another stream, which it closes. */
final class ChosenImages implements ImageStream {
    private final ImageStream all;
    private final int[] numbers;
    private int done;
    /** Images of the other stream that were read. */
    private int read;

    /** @param numbers of the images, ascending */
    ChosenImages(ImageStream all, int... numbers) {
        this.all = all;
        this.numbers = numbers;
    }

    /** The labels of some images. */
    static Optional<int[]> labels(Optional<int[]> all, int... numbers) {
        return all.map(labels -> IntStream.of(numbers).map(i -> labels[i]).toArray());
    }

    @Override
    public int size() {
        return numbers.length;
    }

    @Override
    public int imageSize() {
        return all.imageSize();
    }

    @Override
    public int width() {
        return all.width();
    }

    @Override
    public boolean fitted() {
        return all.fitted();
    }

    @Override
    public int channels() {
        return all.channels();
    }

    @Override
    public boolean repeatsGray() {
        return all.repeatsGray();
    }

    @Override
    public Optional<String> checksum() {
        return all.checksum();
    }

    @Override
    public Optional<int[]> labels() {
        return labels(all.labels(), numbers);
    }

    @Override
    public List<String> classNames() {
        return all.classNames();
    }

    @Override
    public Tensor next(int max) {
        if (done == numbers.length) {
            return null;
        }
        while (read < numbers[done]) {
            read += (int) all.next(Math.min(max, numbers[done] - read)).dim(0);
        }
        int run = 1;
        while (run < max && done + run < numbers.length && numbers[done + run] == read + run) {
            run++;
        }
        Tensor rows = all.next(run);
        read += (int) rows.dim(0);
        done += (int) rows.dim(0);
        return rows;
    }

    @Override
    public void close() {
        all.close();
    }
}
