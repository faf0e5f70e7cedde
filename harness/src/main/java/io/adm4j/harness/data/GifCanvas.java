package io.adm4j.harness.data;

import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;

/** The screen of a GIF file, which its first frame may cover in part only. */
final class GifCanvas {
    private static final String FRAME = "javax_imageio_gif_image_1.0";

    private final ImageReader reader;
    private final ImageBytes file;

    /** @param reader of the file; not disposed of */
    GifCanvas(ImageReader reader, ImageBytes file) {
        this.reader = reader;
        this.file = file;
    }

    /** The screen with the first frame on it; black where the frame is not. */
    PixelImage firstFrame() throws IOException, UnreadableImageException {
        PixelImage frame = PixelImage.of(reader.read(0), false);
        int width = file.u16Little(6);
        int height = file.u16Little(8);
        if (width == frame.width() && height == frame.height() || width == 0 || height == 0) {
            return frame;
        }
        IIOMetadataNode place =
                (IIOMetadataNode) ((IIOMetadataNode) reader.getImageMetadata(0).getAsTree(FRAME))
                        .getElementsByTagName("ImageDescriptor")
                        .item(0);
        int left = Integer.parseInt(place.getAttribute("imageLeftPosition"));
        int top = Integer.parseInt(place.getAttribute("imageTopPosition"));
        if (left + frame.width() > width || top + frame.height() > height) {
            return frame;
        }
        ImageDecoder.requireSize(width, height, file.size());
        int channels = frame.channels();
        int row = frame.width() * channels;
        byte[] screen = new byte[width * height * channels];
        for (int y = 0; y < frame.height(); y++) {
            System.arraycopy(frame.pixels(), y * row, screen, ((top + y) * width + left) * channels, row);
        }
        return new PixelImage(width, height, channels, screen);
    }
}
