package io.adm4j.harness.data;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** The formats of image files. A file's format is what its first bytes say, whatever its name ends in. */
enum ImageFormat {
    BMP("bmp") {
        @Override
        boolean starts(ImageBytes file) throws IOException, UnreadableImageException {
            return file.matches(0, "BM");
        }

        @Override
        void requireComplete(ImageBytes file) throws IOException, UnreadableImageException {
            long header = file.u32Little(14);
            if (header < 40 || file.u32Little(30) != 0) {
                return;
            }
            long bits = file.u32Little(18) * file.u16Little(28);
            long rows = Math.abs((int) file.u32Little(22));
            if (file.u32Little(10) + (bits + 31) / 32 * 4 * rows > file.size()) {
                throw UnreadableImageException.truncated();
            }
        }

        @Override
        ImageSize size(ImageBytes file) throws IOException, UnreadableImageException {
            boolean old = file.u32Little(14) < 40;
            return old
                    ? new ImageSize(file.u16Little(18), file.u16Little(20))
                    : new ImageSize((int) file.u32Little(18), Math.abs((int) file.u32Little(22)));
        }

        @Override
        FileChannels stored(ImageBytes file) throws IOException, UnreadableImageException {
            long header = file.u32Little(14);
            int bits = file.u16Little(28);
            if (header < 40 || bits > 8) {
                return FileChannels.RGB;
            }
            long used = file.u32Little(46);
            return FileChannels.of(!isGray(file, 14 + header, used == 0 ? 1L << bits : Math.min(used, 256), 4), false);
        }
    },
    GIF("gif") {
        @Override
        boolean starts(ImageBytes file) throws IOException, UnreadableImageException {
            return file.matches(0, "GIF87a") || file.matches(0, "GIF89a");
        }

        /** Walks to the end of the first frame, the only one that is read. */
        @Override
        void requireComplete(ImageBytes file) throws IOException, UnreadableImageException {
            long frame = frame(file);
            end(file, frame + 10 + paletteBytes(file.u8(frame + 9)) + 1);
        }

        @Override
        ImageSize size(ImageBytes file) throws IOException, UnreadableImageException {
            return new ImageSize(file.u16Little(6), file.u16Little(8));
        }

        @Override
        FileChannels stored(ImageBytes file) throws IOException, UnreadableImageException {
            long frame = frame(file);
            int own = paletteBytes(file.u8(frame + 9));
            int common = paletteBytes(file.u8(10));
            boolean gray =
                    own > 0 ? isGray(file, frame + 10, own / 3, 3) : common > 0 && isGray(file, 13, common / 3, 3);
            return FileChannels.of(!gray, false);
        }

        /** Position of the first frame. */
        private long frame(ImageBytes file) throws IOException, UnreadableImageException {
            long at = 13L + paletteBytes(file.u8(10));
            while (true) {
                int block = file.u8(at);
                if (block == 0x2c) {
                    return at;
                }
                if (block == 0x3b) {
                    throw new UnreadableImageException("it has no frame");
                }
                if (block != 0x21) {
                    throw new UnreadableImageException("it is damaged");
                }
                at = end(file, at + 2);
            }
        }

        /** Position after the blocks that begin here. */
        private long end(ImageBytes file, long start) throws IOException, UnreadableImageException {
            long at = start;
            while (file.u8(at) != 0) {
                at += 1 + file.u8(at);
            }
            return at + 1;
        }

        private int paletteBytes(int flags) {
            return (flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1;
        }
    },
    JPEG("jpg", "jpeg", "jpe", "jfif") {
        @Override
        boolean starts(ImageBytes file) throws IOException, UnreadableImageException {
            return file.matches(0, "\u00ff\u00d8\u00ff");
        }

        @Override
        void requireComplete(ImageBytes file) throws IOException, UnreadableImageException {
            JpegSegments.read(file).requireEnd(file);
        }

        @Override
        ImageSize size(ImageBytes file) throws IOException, UnreadableImageException {
            JpegSegments segments = JpegSegments.read(file);
            return new ImageSize(segments.width(), segments.height());
        }

        @Override
        FileChannels stored(ImageBytes file) throws IOException, UnreadableImageException {
            return FileChannels.of(JpegSegments.read(file).components() > 1, false);
        }

        @Override
        int orientation(ImageBytes file) throws IOException, UnreadableImageException {
            long exif = JpegSegments.read(file).exif();
            return exif < 0 ? 1 : new TiffDirectory(file, exif).orientation();
        }

        @Override
        ImageReader reader() throws IOException {
            return provided(JPEGImageReaderSpi.class);
        }
    },
    PNG("png") {
        @Override
        boolean starts(ImageBytes file) throws IOException, UnreadableImageException {
            return file.matches(0, "\u0089PNG\r\n\u001a\n");
        }

        @Override
        void requireComplete(ImageBytes file) throws IOException, UnreadableImageException {
            if (!file.matches(file.size() - 8, "IEND")) {
                chunk(file, "IEND");
            }
        }

        @Override
        ImageSize size(ImageBytes file) throws IOException, UnreadableImageException {
            return new ImageSize((int) file.u32(16), (int) file.u32(20));
        }

        @Override
        FileChannels stored(ImageBytes file) throws IOException, UnreadableImageException {
            int kind = file.u8(25);
            if (kind != 3) {
                return FileChannels.of((kind & 2) != 0, (kind & 4) != 0);
            }
            boolean gray = false;
            boolean alpha = false;
            for (long at = 8; !file.matches(at + 4, "IDAT"); at += 12 + file.u32(at)) {
                gray |= file.matches(at + 4, "PLTE") && isGray(file, at + 8, Math.min(file.u32(at) / 3, 256), 3);
                alpha |= file.matches(at + 4, "tRNS");
            }
            return FileChannels.of(!gray, alpha);
        }

        @Override
        int orientation(ImageBytes file) throws IOException, UnreadableImageException {
            long at = 8;
            while (file.size() - at >= 12 && !file.matches(at + 4, "IEND")) {
                if (file.matches(at + 4, "eXIf")) {
                    return new TiffDirectory(file, at + 8).orientation();
                }
                at += 12 + file.u32(at);
            }
            return 1;
        }

        private void chunk(ImageBytes file, String name) throws IOException, UnreadableImageException {
            long at = 8;
            while (!file.matches(at + 4, name)) {
                at += 12 + file.u32(at);
            }
        }
    },
    TIFF("tif", "tiff") {
        @Override
        boolean starts(ImageBytes file) throws IOException, UnreadableImageException {
            return file.matches(0, "II*\0") || file.matches(0, "MM\0*");
        }

        @Override
        void requireComplete(ImageBytes file) throws IOException, UnreadableImageException {
            TiffDirectory directory = new TiffDirectory(file, 0);
            directory.requireSamples();
            directory.requireStrips();
        }

        @Override
        ImageSize size(ImageBytes file) throws IOException, UnreadableImageException {
            return new TiffDirectory(file, 0).size();
        }

        @Override
        FileChannels stored(ImageBytes file) throws IOException, UnreadableImageException {
            return new TiffDirectory(file, 0).channels();
        }

        @Override
        int orientation(ImageBytes file) throws IOException, UnreadableImageException {
            return new TiffDirectory(file, 0).orientation();
        }

        @Override
        ImageReader reader() throws IOException {
            return provided(TIFFImageReaderSpi.class);
        }
    },
    WEBP("webp") {
        @Override
        boolean starts(ImageBytes file) throws IOException, UnreadableImageException {
            return file.matches(0, "RIFF") && file.matches(8, "WEBP");
        }

        @Override
        void requireComplete(ImageBytes file) throws IOException, UnreadableImageException {
            long end = 8 + file.u32Little(4);
            if (end > file.size()) {
                throw UnreadableImageException.truncated();
            }
            for (long at = 12; end - at >= 8; ) {
                at += 8 + file.u32Little(at + 4);
                if (at > end) {
                    throw UnreadableImageException.truncated();
                }
                at += at % 2;
            }
        }

        @Override
        ImageSize size(ImageBytes file) throws IOException, UnreadableImageException {
            if (file.matches(12, "VP8X")) {
                return new ImageSize(
                        1 + (file.u16Little(24) | file.u8(26) << 16), 1 + (file.u16Little(27) | file.u8(29) << 16));
            }
            if (file.matches(12, "VP8L")) {
                long bits = file.u32Little(21);
                return new ImageSize(1 + (int) (bits & 0x3fff), 1 + (int) (bits >> 14 & 0x3fff));
            }
            return new ImageSize(file.u16Little(26) & 0x3fff, file.u16Little(28) & 0x3fff);
        }

        @Override
        FileChannels stored(ImageBytes file) throws IOException, UnreadableImageException {
            boolean alpha = file.matches(12, "VP8X") && (file.u8(20) & 0x10) != 0
                    || file.matches(12, "VP8L") && (file.u8(24) & 0x10) != 0;
            return FileChannels.of(true, alpha);
        }

        @Override
        int orientation(ImageBytes file) throws IOException, UnreadableImageException {
            long at = 12;
            while (file.size() - at >= 8) {
                long length = file.u32Little(at + 4);
                if (file.matches(at, "EXIF")) {
                    // Some writers keep the prefix that a JPEG segment has.
                    long header = file.matches(at + 8, "Exif\0\0") ? at + 14 : at + 8;
                    return new TiffDirectory(file, header).orientation();
                }
                at += 8 + length + length % 2;
            }
            return 1;
        }

        @Override
        ImageReader reader() throws IOException {
            return provided(WebPImageReaderSpi.class);
        }
    };

    private final List<String> endings;

    ImageFormat(String... endings) {
        this.endings = List.of(endings);
    }

    abstract boolean starts(ImageBytes file) throws IOException, UnreadableImageException;

    /**
     * Checks the header, and that the file has its end, without decoding it.
     *
     * @throws UnreadableImageException if it has not
     */
    abstract void requireComplete(ImageBytes file) throws IOException, UnreadableImageException;

    /** The size of the image as its header says, before it is turned upright. */
    abstract ImageSize size(ImageBytes file) throws IOException, UnreadableImageException;

    /** The channels of the image as its header says; a palette is gray if all its entries are. */
    abstract FileChannels stored(ImageBytes file) throws IOException, UnreadableImageException;

    private static boolean isGray(ImageBytes file, long palette, long entries, int step)
            throws IOException, UnreadableImageException {
        for (long at = palette; at < palette + entries * step; at += step) {
            if (file.u8(at) != file.u8(at + 1) || file.u8(at) != file.u8(at + 2)) {
                return false;
            }
        }
        return true;
    }

    /** How the image is turned, as Exif says: from 1 (upright) to 8. */
    int orientation(ImageBytes file) throws IOException, UnreadableImageException {
        return 1;
    }

    /** A reader, to be disposed of. */
    ImageReader reader() throws IOException {
        return ImageIO.getImageReadersByFormatName(endings.get(0)).next();
    }

    private static ImageReader provided(Class<? extends ImageReaderSpi> provider) throws IOException {
        return IIORegistry.getDefaultInstance()
                .getServiceProviderByClass(provider)
                .createReaderInstance();
    }

    /**
     * The format of a file.
     *
     * @throws UnreadableImageException if it is none of these
     */
    static ImageFormat of(ImageBytes file) throws IOException, UnreadableImageException {
        if (file.size() == 0) {
            throw new UnreadableImageException("it is empty");
        }
        for (ImageFormat format : values()) {
            if (format.starts(file)) {
                return format;
            }
        }
        throw new UnreadableImageException("it is not an image");
    }

    /** Whether a file of this name is taken as an image. */
    static boolean isNamed(String name) {
        int dot = name.lastIndexOf('.');
        String ending = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).anyMatch(f -> f.endings.contains(ending));
    }

    /** The endings that files of images have, for messages. */
    static String endings() {
        return String.join(
                ", ",
                Arrays.stream(values())
                        .flatMap(f -> f.endings.stream())
                        .sorted()
                        .toList());
    }

    /** Whether a file begins as an image does. */
    static boolean begins(ImageBytes file) throws IOException, UnreadableImageException {
        for (ImageFormat format : values()) {
            if (format.starts(file)) {
                return true;
            }
        }
        return false;
    }
}
