package io.adm4j.io;

import io.adm4j.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * Decodes PNG files of every kind that the specification has: gray, RGB and palettes, with transparency or without, 1 to 16 bits,
 * interlaced or not. Files are not trusted: the size is known before anything is unpacked, and no more is unpacked than it asks for.
 *
 * <p>Messages of exceptions are the rest of a sentence about the file, such as "its checksum of IDAT is wrong".
 */
public final class PngReader {
    private static final long SIGNATURE = 0x89504E470D0A1A0AL;
    private static final int HEADER_BYTES = 13;
    private static final int PALETTE = 3;
    private static final int RGB = 3;
    private static final int RGBA = 4;

    /** Each pass of an interlaced file: first column and row, and the distances of columns and rows. */
    private static final int[][] PASSES = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private static final int[][] ONE_PASS = {{0, 0, 1, 1}};

    private int width;
    private int height;
    private int bits;
    private int colorType;
    private boolean interlaced;
    private byte[] palette = {};
    private byte[] transparency = {};
    private final ByteArrayOutputStream packed = new ByteArrayOutputStream();

    private PngReader() {}

    /**
     * Reads everything but the pixels.
     *
     * @throws IOException if it is no PNG file, or damaged
     */
    public static PngReader open(byte[] file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(file);
        if (in.remaining() < Long.BYTES || in.getLong() != SIGNATURE) {
            throw new IOException("it does not begin as one");
        }
        PngReader png = new PngReader();
        String name = "";
        while (!name.equals("IEND")) {
            if (in.remaining() < 3 * Integer.BYTES) {
                throw new IOException("it ends early");
            }
            int length = in.getInt();
            if (length < 0 || length > in.remaining() - 2 * Integer.BYTES) {
                throw new IOException("it ends early");
            }
            byte[] chunk = new byte[Integer.BYTES + length];
            in.get(chunk);
            CRC32 crc = new CRC32();
            crc.update(chunk);
            boolean first = name.isEmpty();
            name = new String(chunk, 0, Integer.BYTES, StandardCharsets.ISO_8859_1);
            if ((int) crc.getValue() != in.getInt()) {
                throw new IOException("its checksum of " + name.replaceAll("[^A-Za-z]", "?") + " is wrong");
            }
            if (first != name.equals("IHDR")) {
                throw new IOException("it does not begin with its size");
            }
            png.add(name, Arrays.copyOfRange(chunk, Integer.BYTES, chunk.length));
        }
        return png;
    }

    private void add(String name, byte[] data) throws IOException {
        switch (name) {
            case "IHDR" -> header(data);
            case "PLTE" -> palette = data;
            case "tRNS" -> transparency = data;
            case "IDAT" -> packed.writeBytes(data);
            default -> {
                boolean critical = Character.isUpperCase(name.charAt(0)) && !name.equals("IEND");
                if (critical) {
                    throw new IOException("it has a part that is not in the specification");
                }
            }
        }
    }

    private void header(byte[] data) throws IOException {
        if (data.length != HEADER_BYTES) {
            throw new IOException("its header is damaged");
        }
        ByteBuffer in = ByteBuffer.wrap(data);
        width = in.getInt();
        height = in.getInt();
        bits = in.get();
        colorType = in.get();
        int compression = in.get();
        int filter = in.get();
        int interlacing = in.get();
        boolean known = switch (colorType) {
            case 0 -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
            case PALETTE -> bits == 1 || bits == 2 || bits == 4 || bits == 8;
            case 2, 4, 6 -> bits == 8 || bits == 16;
            default -> false;
        };
        if (!known
                || width < 1
                || height < 1
                || compression != 0
                || filter != 0
                || interlacing < 0
                || interlacing > 1) {
            throw new IOException("its header is not one of the specification");
        }
        interlaced = interlacing == 1;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /**
     * The pixels: 16 bits are cut to the upper 8, fewer than 8 are scaled; gray is repeated for colors, colors become luma for gray, and
     * alpha is dropped where the result has none.
     *
     * @param channels 1 (gray), 3 (RGB) or 4 (RGBA)
     * @return uint8 {@code [height, width, channels]}
     * @throws IOException if they are damaged, larger than memory, or have no alpha where the result has
     */
    public Tensor pixels(int channels) throws IOException {
        if (!PngWriter.holds(channels)) {
            throw new IllegalArgumentException("Images have 1, 3 or 4 channels, not " + channels + ".");
        }
        boolean alpha = colorType >= 4 || colorType == PALETTE && transparency.length > 0;
        if (channels == RGBA && !alpha) {
            throw new IOException("it has no alpha channel");
        }
        if ((long) width * height * RGBA > Integer.MAX_VALUE - Long.BYTES) {
            throw new IOException("it is too large");
        }
        byte[] rgba = new byte[width * height * RGBA];
        try (InputStream lines = new InflaterInputStream(new ByteArrayInputStream(packed.toByteArray()))) {
            for (int[] pass : interlaced ? PASSES : ONE_PASS) {
                read(lines, pass, rgba);
            }
        } catch (ZipException e) {
            throw new IOException("its pixels cannot be unpacked", e);
        }
        return Tensor.of(converted(rgba, channels), height, width, channels);
    }

    private static byte[] converted(byte[] rgba, int channels) {
        byte[] pixels = new byte[rgba.length / RGBA * channels];
        for (int from = 0, to = 0; from < rgba.length; from += RGBA, to += channels) {
            if (channels == 1) {
                pixels[to] = Luma.of(rgba[from], rgba[from + 1], rgba[from + 2]);
            } else {
                System.arraycopy(rgba, from, pixels, to, channels);
            }
        }
        return pixels;
    }

    private void read(InputStream in, int[] pass, byte[] rgba) throws IOException {
        int columns = (width - pass[0] + pass[2] - 1) / pass[2];
        int rows = (height - pass[1] + pass[3] - 1) / pass[3];
        if (columns <= 0 || rows <= 0) {
            return;
        }
        int samples = switch (colorType) {
            case 2 -> RGB;
            case 4 -> 2;
            case 6 -> RGBA;
            default -> 1;
        };
        int bytes = (int) (((long) columns * samples * bits + 7) / 8);
        int distance = Math.max(1, samples * bits / 8);
        byte[] above = new byte[bytes];
        for (int row = 0; row < rows; row++) {
            int filter = in.read();
            byte[] line = in.readNBytes(bytes);
            if (line.length < bytes) {
                throw new IOException("its pixels end early");
            }
            unfilter(filter, line, above, distance);
            for (int column = 0; column < columns; column++) {
                int at = (pass[1] + row * pass[3]) * width + pass[0] + column * pass[2];
                put(line, column * samples, rgba, at * RGBA);
            }
            above = line;
        }
    }

    private static void unfilter(int filter, byte[] line, byte[] above, int distance) throws IOException {
        for (int i = 0; i < line.length; i++) {
            int left = i < distance ? 0 : line[i - distance] & 0xff;
            int up = above[i] & 0xff;
            int corner = i < distance ? 0 : above[i - distance] & 0xff;
            line[i] += (byte)
                    switch (filter) {
                        case 0 -> 0;
                        case 1 -> left;
                        case 2 -> up;
                        case 3 -> (left + up) / 2;
                        case 4 -> PngWriter.paeth(left, up, corner);
                        default -> throw new IOException("its pixels are damaged");
                    };
        }
    }

    /** Writes one pixel as red, green, blue and alpha. */
    private void put(byte[] line, int sample, byte[] rgba, int to) throws IOException {
        switch (colorType) {
            case 0, 4 -> {
                byte gray = level(line, sample);
                fill(rgba, to, gray, gray, gray, colorType == 4 ? level(line, sample + 1) : (byte) 255);
            }
            case PALETTE -> {
                int entry = value(line, sample);
                if (RGB * entry + RGB > palette.length) {
                    throw new IOException("it has a pixel of a color that its palette lacks");
                }
                byte alpha = entry < transparency.length ? transparency[entry] : (byte) 255;
                fill(rgba, to, palette[RGB * entry], palette[RGB * entry + 1], palette[RGB * entry + 2], alpha);
            }
            default -> {
                byte alpha = colorType == 6 ? level(line, sample + RGB) : (byte) 255;
                fill(rgba, to, level(line, sample), level(line, sample + 1), level(line, sample + 2), alpha);
            }
        }
    }

    private static void fill(byte[] rgba, int to, byte red, byte green, byte blue, byte alpha) {
        rgba[to] = red;
        rgba[to + 1] = green;
        rgba[to + 2] = blue;
        rgba[to + RGB] = alpha;
    }

    /** A sample in 8 bits. */
    private byte level(byte[] line, int sample) {
        return bits == 16 ? line[2 * sample] : (byte) (value(line, sample) * 255 / ((1 << bits) - 1));
    }

    /** A sample of up to 8 bits. */
    private int value(byte[] line, int sample) {
        int bit = sample * bits;
        return (line[bit / 8] & 0xff) >> 8 - bits - bit % 8 & (1 << bits) - 1;
    }
}
