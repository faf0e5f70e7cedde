package io.adm4j.harness.data;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Gray images whose channel is repeated. */
final class RepeatedGray implements ImageStream {
    private final ImageStream gray;
    private final int channels;

    /**
     * @param gray of one channel; closed with this stream
     * @param channels of the images here
     */
    RepeatedGray(ImageStream gray, int channels) {
        if (gray.channels() != 1) {
            throw new IllegalArgumentException("Images of " + gray.channels() + " channels are not gray.");
        }
        this.gray = gray;
        this.channels = channels;
    }

    /** Gray images uint8 [N, H, W, 1] (or [N, H, W]) as [N, H, W, channels]. */
    static Tensor repeat(Tensor gray, int channels) {
        Tensor repeated = Tensor.zeros(ElementType.UINT8, gray.dim(0), gray.dim(1), gray.dim(2), channels);
        ByteBuffer from = gray.bytes();
        ByteBuffer to = repeated.bytes();
        while (from.hasRemaining()) {
            byte value = from.get();
            for (int c = 0; c < channels; c++) {
                to.put(value);
            }
        }
        return repeated;
    }

    @Override
    public int size() {
        return gray.size();
    }

    @Override
    public int imageSize() {
        return gray.imageSize();
    }

    @Override
    public int width() {
        return gray.width();
    }

    @Override
    public boolean fitted() {
        return gray.fitted();
    }

    @Override
    public int channels() {
        return channels;
    }

    @Override
    public boolean repeatsGray() {
        return true;
    }

    @Override
    public Optional<String> checksum() {
        return gray.checksum();
    }

    @Override
    public Optional<int[]> labels() {
        return gray.labels();
    }

    @Override
    public List<String> classNames() {
        return gray.classNames();
    }

    @Override
    public ImageStream chosen(int... numbers) {
        return new RepeatedGray(gray.chosen(numbers), channels);
    }

    @Override
    public Tensor next(int max) {
        Tensor batch = gray.next(max);
        return batch == null ? null : repeat(batch, channels);
    }

    @Override
    public void close() {
        gray.close();
    }
}
