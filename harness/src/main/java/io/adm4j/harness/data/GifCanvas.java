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
    RgbImage firstFrame() throws IOException, UnreadableImageException {
        RgbImage frame = RgbImage.of(reader.read(0));
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
        byte[] screen = new byte[width * height * 3];
        for (int y = 0; y < frame.height(); y++) {
            System.arraycopy(
                    frame.pixels(), y * frame.width() * 3, screen, ((top + y) * width + left) * 3, frame.width() * 3);
        }
        return new RgbImage(width, height, screen);
    }
}
