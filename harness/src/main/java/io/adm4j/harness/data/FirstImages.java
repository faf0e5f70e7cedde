package io.adm4j.harness.data;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The first images of another stream, which it closes. */
final class FirstImages implements ImageStream {
    private final ImageStream all;
    private final int count;
    private int done;

    FirstImages(ImageStream all, int count) {
        if (count < 1 || count > all.size()) {
            throw new UserError("Cannot take " + Count.of(count, "image") + " of " + all.size() + ": ask for 1 to "
                    + all.size() + ".");
        }
        this.all = all;
        this.count = count;
    }

    @Override
    public int size() {
        return count;
    }

    @Override
    public int imageSize() {
        return all.imageSize();
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
        return all.labels().map(labels -> Arrays.copyOf(labels, count));
    }

    @Override
    public List<String> classNames() {
        return all.classNames();
    }

    @Override
    public Tensor next(int max) {
        int wanted = Math.min(max, count - done);
        if (wanted == 0) {
            return null;
        }
        Tensor rows = all.next(wanted);
        done += (int) rows.dim(0);
        return rows;
    }

    @Override
    public void close() {
        all.close();
    }
}
