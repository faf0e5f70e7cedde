package io.adm4j.harness.data;

import java.awt.image.Raster;
import java.io.EOFException;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes image files as the published loader's library does: values as they are stored, without color profiles; CMYK
 * becomes RGB without one too. What that library does not do: images are turned upright as their Exif orientation says, and
 * the upper 8 of 16 bits are taken of gray too. Of an animation the first frame is taken.
 */
final class ImageDecoder {
    /** The most pixels of an image; the published loader's library refuses more. */
    private static final long MOST_PIXELS = 178_956_970;
    /** Deflate packs 1032 bytes into one, each with up to 8 pixels. */
    private static final long MOST_PIXELS_PER_BYTE = 10_000;

    private ImageDecoder() {}

    /**
     * Decodes the first image of a file.
     *
     * @param file the whole of it; not modified
     * @param channels those of the result: gray is repeated for colors, and colors become luma
     * @throws UnreadableImageException if it is no image, truncated or damaged, or has no alpha that was asked for
     */
    static PixelImage decode(byte[] file, FileChannels channels) throws UnreadableImageException {
        try {
            ImageBytes bytes = new ImageBytes(file);
            ImageFormat format = ImageFormat.of(bytes);
            format.requireComplete(bytes);
            PixelImage image = read(format, file, channels.alpha());
            PixelImage upright = image.upright(orientation(format, bytes));
            return channels.color() ? upright : upright.gray();
        } catch (EOFException e) {
            throw UnreadableImageException.truncated();
        } catch (IOException e) {
            throw new UnreadableImageException("it is damaged (" + reason(e) + ")", e);
        } catch (RuntimeException e) {
            // Damaged files make some readers fail with unchecked exceptions, whose messages say nothing to a user.
            throw new UnreadableImageException("it is damaged", e);
        }
    }

    /** The size that the image of a file will have, or {@link ImageSize#UNKNOWN}. */
    static ImageSize size(ImageFormat format, ImageBytes bytes) throws IOException {
        try {
            ImageSize size = format.size(bytes);
            // Of squares the Exif block need not be searched.
            boolean turned = size.width() != size.height() && orientation(format, bytes) > 4;
            return turned ? size.turned() : size;
        } catch (UnreadableImageException e) {
            return ImageSize.UNKNOWN;
        }
    }

    /** An Exif block that cannot be read says nothing of the image. */
    private static int orientation(ImageFormat format, ImageBytes bytes) throws IOException {
        try {
            return format.orientation(bytes);
        } catch (UnreadableImageException e) {
            return 1;
        }
    }

    private static PixelImage read(ImageFormat format, byte[] file, boolean alpha)
            throws IOException, UnreadableImageException {
        ImageReader reader = format.reader();
        AtomicReference<String> damage = new AtomicReference<>();
        reader.addIIOReadWarningListener((source, warning) -> {
            if (saysThatDataAreMissing(warning)) {
                damage.compareAndSet(null, "it is truncated");
            } else if (alpha && warning.contains("alpha not implemented")) {
                damage.compareAndSet(null, "its alpha is stored uncompressed, which is not read");
            }
        });
        try (ImageInputStream in = new EndingImageStream(file)) {
            reader.setInput(in, false, format != ImageFormat.GIF);
            requireSize(reader.getWidth(0), reader.getHeight(0), file.length);
            if (alpha && !format.stored(new ImageBytes(file)).alpha()) {
                throw new UnreadableImageException("it has no alpha channel");
            }
            PixelImage image = switch (format) {
                case JPEG -> jpeg(reader, new ImageBytes(file));
                case GIF -> new GifCanvas(reader, new ImageBytes(file)).firstFrame();
                case TIFF -> tiff(reader, new ImageBytes(file), alpha);
                default -> PixelImage.of(reader.read(0), alpha);
            };
            if (damage.get() != null) {
                throw new UnreadableImageException(damage.get());
            }
            return image;
        } finally {
            reader.dispose();
        }
    }

    /** Readers warn of much that does no harm; what data are missing they replace by gray and only warn too. */
    private static boolean saysThatDataAreMissing(String warning) {
        String w = warning.toLowerCase(Locale.ROOT);
        return w.contains("premature end") || w.contains("unexpected end") || w.contains("truncated");
    }

    static void requireSize(long width, long height, long bytes) throws UnreadableImageException {
        if (width * height > MOST_PIXELS || width * height > 1_000_000 + bytes * MOST_PIXELS_PER_BYTE) {
            throw new UnreadableImageException("it claims to have " + width + "x" + height + " pixels");
        }
    }

    private static PixelImage tiff(ImageReader reader, ImageBytes file, boolean alpha)
            throws IOException, UnreadableImageException {
        PixelImage image = PixelImage.of(reader.read(0), alpha);
        return alpha && new TiffDirectory(file, 0).multipliedByAlpha() ? image.dividedByAlpha() : image;
    }

    private static PixelImage jpeg(ImageReader reader, ImageBytes file) throws IOException, UnreadableImageException {
        JpegSegments segments = JpegSegments.read(file);
        if (segments.precision() != 8) {
            throw new UnreadableImageException("it has " + segments.precision() + " bits per value, and 8 are read");
        }
        Raster raster = reader.readRaster(0, null);
        if (raster.getNumBands() != segments.components()) {
            throw new UnreadableImageException("it has " + raster.getNumBands() + " components");
        }
        return switch (raster.getNumBands()) {
            case 1 -> PixelImage.ofGray(raster);
            case 3 -> segments.transformed() ? PixelImage.ofYcc(raster) : PixelImage.ofRgb(raster);
            // Adobe stores ink inverted (255 is none), and other programs took that over.
            case 4 -> PixelImage.ofInvertedInk(raster, segments.transformed());
            default -> throw new UnreadableImageException("it has " + raster.getNumBands() + " components");
        };
    }

    private static String reason(IOException e) {
        String line =
                String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
        return line.length() > 200 ? line.substring(0, 200) : line;
    }
}
