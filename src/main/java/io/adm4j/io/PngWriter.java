package io.adm4j.io;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Encodes images as PNG (8 bits per channel; grayscale, RGB or RGBA), choosing a filter for each row of pixels. */
public final class PngWriter {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int FILTERS = 5;
    private static final int RGB = 3;
    private static final int RGBA = 4;

    private PngWriter() {}

    /** Whether images with a number of channels can be PNG files: 1 as grayscale, 3 as RGB, 4 as RGBA. */
    public static boolean holds(int channels) {
        return channels == 1 || channels == RGB || channels == RGBA;
    }

    /**
     * Encodes an image.
     *
     * @param hwc uint8 of shape {@code [height, width, channels]}
     * @return the bytes of the file
     * @throws IllegalArgumentException if it has another type or shape
     */
    public static byte[] encode(Tensor hwc) {
        if (hwc.type() != ElementType.UINT8 || hwc.rank() != 3) {
            throw new IllegalArgumentException("An image is uint8 [height, width, channels], not " + hwc + ".");
        }
        return encode(hwc.toByteArray(), (int) hwc.dim(1), (int) hwc.dim(0), (int) hwc.dim(2));
    }

    /**
     * Encodes an image.
     *
     * @param pixels row by row from the top, the channels of a pixel interleaved; not modified
     * @param channels 1 (grayscale), 3 (RGB) or 4 (RGBA)
     * @throws IllegalArgumentException if the number of bytes or channels does not fit, or there are no pixels
     */
    public static byte[] encode(byte[] pixels, int width, int height, int channels) {
        if (!holds(channels)) {
            throw new IllegalArgumentException("A PNG image has 1, 3 or 4 channels, not " + channels + ".");
        }
        if (width < 1 || height < 1 || (long) width * height * channels != pixels.length) {
            throw new IllegalArgumentException("An image of " + width + " x " + height + " pixels and " + channels
                    + " channels does not take " + pixels.length + " bytes.");
        }
        ByteBuffer header = ByteBuffer.allocate(13);
        header.putInt(width).putInt(height).put((byte) 8).put(colorType(channels));
        ByteArrayOutputStream out = new ByteArrayOutputStream(pixels.length / 2 + 64);
        out.writeBytes(SIGNATURE);
        chunk(out, "IHDR", header.array(), 13);
        byte[] lines = filtered(pixels, width * channels, height, channels);
        byte[] packed = new byte[lines.length + lines.length / 1000 + 64];
        chunk(out, "IDAT", packed, deflate(lines, packed));
        chunk(out, "IEND", new byte[0], 0);
        return out.toByteArray();
    }

    private static byte colorType(int channels) {
        return (byte) (channels == 1 ? 0 : channels == RGB ? 2 : 6);
    }

    private static int deflate(byte[] data, byte[] target) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION);
        try {
            deflater.setInput(data);
            deflater.finish();
            int length = 0;
            while (!deflater.finished()) {
                length += deflater.deflate(target, length, target.length - length);
            }
            return length;
        } finally {
            deflater.end();
        }
    }

    private static void chunk(ByteArrayOutputStream out, String kind, byte[] data, int length) {
        byte[] name = kind.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data, 0, length);
        out.writeBytes(ByteBuffer.allocate(4).putInt(length).array());
        out.writeBytes(name);
        out.write(data, 0, length);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    /** For each row the filter with the smallest sum of absolute differences, as the PNG specification advises. */
    private static byte[] filtered(byte[] pixels, int lineBytes, int height, int channels) {
        byte[] out = new byte[(lineBytes + 1) * height];
        byte[][] candidates = new byte[FILTERS][lineBytes];
        for (int y = 0; y < height; y++) {
            int best = 0;
            long bestSum = Long.MAX_VALUE;
            for (int filter = 0; filter < FILTERS; filter++) {
                long sum = filterLine(pixels, y, lineBytes, channels, filter, candidates[filter]);
                if (sum < bestSum) {
                    bestSum = sum;
                    best = filter;
                }
            }
            int at = y * (lineBytes + 1);
            out[at] = (byte) best;
            System.arraycopy(candidates[best], 0, out, at + 1, lineBytes);
        }
        return out;
    }

    private static long filterLine(byte[] pixels, int y, int lineBytes, int channels, int filter, byte[] target) {
        int start = y * lineBytes;
        long sum = 0;
        for (int i = 0; i < lineBytes; i++) {
            int left = i < channels ? 0 : pixels[start + i - channels] & 0xFF;
            int up = y == 0 ? 0 : pixels[start + i - lineBytes] & 0xFF;
            int upLeft = y == 0 || i < channels ? 0 : pixels[start + i - lineBytes - channels] & 0xFF;
            int predicted = switch (filter) {
                case 0 -> 0;
                case 1 -> left;
                case 2 -> up;
                case 3 -> (left + up) / 2;
                default -> paeth(left, up, upLeft);
            };
            target[i] = (byte) (pixels[start + i] - predicted);
            sum += Math.abs(target[i]);
        }
        return sum;
    }

    static int paeth(int left, int up, int upLeft) {
        int estimate = left + up - upLeft;
        int toLeft = Math.abs(estimate - left);
        int toUp = Math.abs(estimate - up);
        int toUpLeft = Math.abs(estimate - upLeft);
        if (toLeft <= toUp && toLeft <= toUpLeft) {
            return left;
        }
        return toUp <= toUpLeft ? up : upLeft;
    }
}
