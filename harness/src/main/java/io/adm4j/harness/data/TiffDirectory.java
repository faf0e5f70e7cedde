package io.adm4j.harness.data;

import java.io.IOException;

/** The first directory of a TIFF file, or of the Exif block of another file, which has the same form. */
final class TiffDirectory {
    private static final int WIDTH = 0x100;
    private static final int HEIGHT = 0x101;
    private static final int ORIENTATION = 0x112;
    private static final int PHOTOMETRIC = 0x106;
    private static final int SAMPLES = 0x115;
    private static final int STRIP_OFFSETS = 0x111;
    private static final int STRIP_BYTES = 0x117;
    private static final int TILE_OFFSETS = 0x144;
    private static final int TILE_BYTES = 0x145;
    private static final int EXTRA_SAMPLES = 0x152;
    private static final int ASSOCIATED = 1;
    private static final int SHORT = 3;
    private static final int LONG = 4;
    /** Four inks, alpha, and some more that are not read. */
    private static final int MOST_SAMPLES = 16;

    private static final int MOST_STRIPS = 1 << 20;

    private final ImageBytes file;
    private final long header;
    private final boolean little;

    /** @param header position of the TIFF header */
    TiffDirectory(ImageBytes file, long header) throws IOException, UnreadableImageException {
        this.file = file;
        this.header = header;
        this.little = file.matches(header, "II");
        if (!little && !file.matches(header, "MM") || u16(header + 2) != 42) {
            throw new UnreadableImageException("it has a damaged TIFF header");
        }
    }

    /** How the image is turned, from 1 (upright) to 8. */
    int orientation() throws IOException, UnreadableImageException {
        int value = number(ORIENTATION, 1);
        return value >= 1 && value <= 8 ? value : 1;
    }

    /** Width and height of the image. */
    ImageSize size() throws IOException, UnreadableImageException {
        long width = entry(WIDTH);
        long height = entry(HEIGHT);
        return width < 0 || height < 0
                ? ImageSize.UNKNOWN
                : new ImageSize((int) value(width, 0), (int) value(height, 0));
    }

    /** The channels of the image: a sample more than those of its colors is alpha. */
    FileChannels channels() throws IOException, UnreadableImageException {
        int photometric = number(PHOTOMETRIC, 0);
        int samples = number(SAMPLES, 1);
        // 0 and 1 are gray, 2 is RGB; palettes, ink and others have no alpha that is read.
        boolean color = photometric > 1;
        return FileChannels.of(color, photometric <= 2 && samples > (color ? 3 : 1));
    }

    /** Whether the colors are multiplied by alpha. */
    boolean multipliedByAlpha() throws IOException, UnreadableImageException {
        long entry = entry(EXTRA_SAMPLES);
        return entry >= 0 && value(entry, 0) == ASSOCIATED;
    }

    private int number(int tag, int absent) throws IOException, UnreadableImageException {
        long entry = entry(tag);
        return entry < 0 || u16(entry + 2) != SHORT ? absent : u16(entry + 8);
    }

    /** Refuses pixels of more values than any image has, each of which would take memory. */
    void requireSamples() throws IOException, UnreadableImageException {
        int samples = number(SAMPLES, 1);
        if (samples > MOST_SAMPLES) {
            throw new UnreadableImageException("it claims to have " + samples + " values for each pixel");
        }
    }

    /** Checks that the file has room for all its strips or tiles. */
    void requireStrips() throws IOException, UnreadableImageException {
        requireWithin(entry(STRIP_OFFSETS), entry(STRIP_BYTES));
        requireWithin(entry(TILE_OFFSETS), entry(TILE_BYTES));
    }

    private void requireWithin(long offsets, long lengths) throws IOException, UnreadableImageException {
        if (offsets < 0 || lengths < 0) {
            return;
        }
        long count = Math.min(u32(offsets + 4), u32(lengths + 4));
        for (long i = 0; i < Math.min(count, MOST_STRIPS); i++) {
            if (value(offsets, i) + value(lengths, i) > file.size() - header) {
                throw UnreadableImageException.truncated();
            }
        }
    }

    private long value(long entry, long index) throws IOException, UnreadableImageException {
        int type = u16(entry + 2);
        int bytes = type == SHORT ? 2 : 4;
        if (type != SHORT && type != LONG) {
            throw new UnreadableImageException("it has a damaged TIFF header");
        }
        long values = u32(entry + 4) * bytes <= 4 ? entry + 8 : header + u32(entry + 8);
        return bytes == 2 ? u16(values + index * 2) : u32(values + index * 4);
    }

    /** Position of an entry; -1 if there is none. */
    private long entry(int tag) throws IOException, UnreadableImageException {
        long directory = header + u32(header + 4);
        int count = u16(directory);
        for (int i = 0; i < count; i++) {
            long at = directory + 2 + i * 12L;
            if (u16(at) == tag) {
                return at;
            }
        }
        return -1;
    }

    private int u16(long at) throws IOException, UnreadableImageException {
        return little ? file.u16Little(at) : file.u16(at);
    }

    private long u32(long at) throws IOException, UnreadableImageException {
        return little ? file.u32Little(at) : file.u32(at);
    }
}
