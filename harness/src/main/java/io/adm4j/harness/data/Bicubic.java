package io.adm4j.harness.data;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;

/** Bicubic resizing of batches (Keys' cubic with a = -1/2, widened when shrinking), in 8 bits as Pillow computes it. */
public final class Bicubic {
    private Bicubic() {}

    /**
     * Resizes images.
     *
     * @param images uint8 {@code [N, H, W, C]}, not modified
     * @param size new height and width in pixels, at least 1
     * @return uint8 {@code [N, size, size, C]}
     */
    public static Tensor resize(Tensor images, int size) {
        int height = (int) images.dim(1);
        int width = (int) images.dim(2);
        int channels = (int) images.dim(3);
        Tensor resized = Tensor.zeros(ElementType.UINT8, images.dim(0), size, size, channels);
        ByteBuffer from = images.bytes();
        ByteBuffer to = resized.bytes();
        byte[] pixels = new byte[height * width * channels];
        while (from.hasRemaining()) {
            from.get(pixels);
            to.put(ImageResizer.resize(
                            new PixelImage(width, height, channels, pixels), size, size, ImageResizer.Filter.BICUBIC)
                    .pixels());
        }
        return resized;
    }
}
