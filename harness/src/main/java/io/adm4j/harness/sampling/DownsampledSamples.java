package io.adm4j.harness.sampling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;

/** Images of another source downsampled by area, as the low-resolution images that upsamplers are trained on. */
public final class DownsampledSamples extends ForwardingSamples {
    private static final int LEVELS = 0xff;

    private final int size;

    /**
     * Downsamples images to a size.
     *
     * @throws UserError if theirs is no multiple of it
     */
    public DownsampledSamples(SampleSource source, int size) {
        super(source);
        if (source.imageSize() % size != 0) {
            throw new UserError("Images of " + source.imageSize() + "x" + source.imageSize()
                    + " cannot be downsampled to " + size + "x" + size + " by area: their size is no multiple of it.");
        }
        this.size = size;
    }

    @Override
    public int imageSize() {
        return size;
    }

    @Override
    public Tensor images(int from, int to, StepListener listener) {
        return downsample(source.images(from, to, listener), size);
    }

    @Override
    public ObjectNode settings() {
        return source.settings().put("shrunk_to", size);
    }

    @Override
    public boolean worthKeeping() {
        return source.worthKeeping();
    }

    private static Tensor downsample(Tensor images, int size) {
        int count = (int) images.dim(0);
        int large = (int) images.dim(1);
        int channels = (int) images.dim(3);
        int factor = large / size;
        int area = factor * factor;
        Tensor downsampled = Tensor.zeros(ElementType.UINT8, count, size, size, channels);
        ByteBuffer from = images.bytes();
        ByteBuffer to = downsampled.bytes();
        for (int line = 0; line < count * size; line++) {
            for (int column = 0; column < size; column++) {
                for (int channel = 0; channel < channels; channel++) {
                    int sum = 0;
                    for (int dy = 0; dy < factor; dy++) {
                        int start = ((line * factor + dy) * large + column * factor) * channels + channel;
                        for (int dx = 0; dx < factor; dx++) {
                            sum += from.get(start + dx * channels) & LEVELS;
                        }
                    }
                    to.put((byte) ((2 * sum + area) / (2 * area)));
                }
            }
        }
        return downsampled;
    }
}
