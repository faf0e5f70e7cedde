package io.adm4j.harness.data;

import java.io.IOException;

/**
 * What the segments of a JPEG file before its first scan say.
 *
 * @param precision bits of a value
 * @param components 1 (gray), 3 (RGB or YCbCr) or 4 (CMYK or YCCK)
 * @param transformed whether the components are YCbCr or YCCK
 * @param exif position of the Exif block, a TIFF header; -1 if there is none
 * @param scan position of the first scan
 */
record JpegSegments(int width, int height, int precision, int components, boolean transformed, long exif, long scan) {
    private static final int START_OF_SCAN = 0xda;
    private static final int APP0 = 0xe0;
    private static final int APP1 = 0xe1;
    private static final int APP14 = 0xee;
    private static final int NO_ADOBE = -1;

    /** @throws UnreadableImageException if the file ends, or holds something else, before its first scan */
    static JpegSegments read(ImageBytes file) throws IOException, UnreadableImageException {
        long frame = -1;
        long exif = -1;
        boolean jfif = false;
        int adobe = NO_ADOBE;
        long at = 2;
        while (true) {
            if (file.u8(at) != 0xff) {
                // Decoders skip bytes between segments.
                at++;
                continue;
            }
            int marker = file.u8(at + 1);
            if (marker == 0xff) {
                at++;
                continue;
            }
            if (marker == 0 || marker == 1 || marker >= 0xd0 && marker <= 0xd8) {
                at += 2;
                continue;
            }
            if (marker == START_OF_SCAN) {
                break;
            }
            if (marker == 0xd9) {
                throw new UnreadableImageException("it ends before its image");
            }
            int length = file.u16(at + 2);
            if (length < 2) {
                throw new UnreadableImageException("it has a damaged JPEG header");
            }
            if (isFrame(marker)) {
                frame = at + 4;
            } else if (marker == APP0 && file.matches(at + 4, "JFIF\0")) {
                jfif = true;
            } else if (marker == APP1 && exif < 0 && file.matches(at + 4, "Exif\0")) {
                exif = at + 10;
            } else if (marker == APP14 && length >= 14 && file.matches(at + 4, "Adobe")) {
                adobe = file.u8(at + 15);
            }
            at += 2 + length;
        }
        if (frame < 0) {
            throw new UnreadableImageException("it has a damaged JPEG header");
        }
        int components = file.u8(frame + 5);
        return new JpegSegments(
                file.u16(frame + 3),
                file.u16(frame + 1),
                file.u8(frame),
                components,
                isTransformed(file, frame, components, jfif, adobe),
                exif,
                at);
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    /** The rule of the Independent JPEG Group's decoder. */
    private static boolean isTransformed(ImageBytes file, long frame, int components, boolean jfif, int adobe)
            throws IOException, UnreadableImageException {
        if (components == 4) {
            return adobe == 2;
        }
        if (components != 3) {
            return false;
        }
        if (jfif) {
            return true;
        }
        if (adobe != NO_ADOBE) {
            return adobe != 0;
        }
        return file.u8(frame + 6) != 'R' || file.u8(frame + 9) != 'G' || file.u8(frame + 12) != 'B';
    }

    /** Checks that the image has an end: no byte of a scan looks like one. */
    void requireEnd(ImageBytes file) throws IOException, UnreadableImageException {
        for (long at = file.size() - 2; at > scan; at--) {
            if (file.u8(at) == 0xff && file.u8(at + 1) == 0xd9) {
                return;
            }
        }
        throw UnreadableImageException.truncated();
    }
}
