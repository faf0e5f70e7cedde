package io.adm4j.io;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The header of an npy array: NumPy's format, versions 1.0 to 3.0.
 *
 * @param fortranOrder whether the first index varies fastest in the file
 */
public record NpyHeader(ElementType type, boolean fortranOrder, long[] shape) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    private static final int LONGEST = 1 << 20;
    private static final int LONGEST_DESCR = 40;

    /** Number of elements. */
    public long elements() {
        return Tensor.elements(shape);
    }

    /** Bytes that the elements take in the file. */
    public long dataBytes() {
        return Math.multiplyExact(elements(), (long) type.bytes());
    }

    /** Whether the elements are in row-major order, as they always are below two dimensions. */
    boolean rowMajor() {
        return !fortranOrder || shape.length < 2;
    }

    /** The bytes of a version 1.0 header for row-major elements, padded so that the elements are aligned. */
    static byte[] encode(ElementType type, long[] shape) {
        String dimensions = LongStream.of(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        String text = "{'descr': '" + descr(type) + "', 'fortran_order': False, 'shape': (" + dimensions
                + (shape.length == 1 ? "," : "") + "), }";
        int before = MAGIC.length + 4;
        int total = (before + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer out = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (total - before));
        out.put(text.getBytes(StandardCharsets.US_ASCII));
        while (out.remaining() > 1) {
            out.put((byte) ' ');
        }
        return out.put((byte) '\n').array();
    }

    /**
     * Reads a header; afterwards {@code in} is at the first element.
     *
     * @param what how messages name the array
     * @throws ArrayFileException if this is no npy array of an element type that is supported
     */
    static NpyHeader read(InputStream in, String what) throws IOException {
        byte[] start = in.readNBytes(MAGIC.length + 2);
        if (start.length < MAGIC.length + 2 || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new ArrayFileException(what + " is not an npy array: its first bytes are not NumPy's magic string.");
        }
        int major = start[MAGIC.length];
        if (major < 1 || major > 3) {
            throw new ArrayFileException(what + " is of npy version " + major + "; versions 1 to 3 can be read.");
        }
        int lengthBytes = major == 1 ? 2 : 4;
        ByteBuffer lengthField = ByteBuffer.wrap(exactly(in, lengthBytes, what)).order(ByteOrder.LITTLE_ENDIAN);
        long length =
                major == 1 ? Short.toUnsignedInt(lengthField.getShort()) : Integer.toUnsignedLong(lengthField.getInt());
        if (length > LONGEST) {
            throw new ArrayFileException(
                    what + " has a damaged npy header: it claims to be " + length + " bytes long.");
        }
        byte[] text = exactly(in, (int) length, what);
        return new NpyHeaderParser(
                        new String(text, major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1), what)
                .parse();
    }

    private static byte[] exactly(InputStream in, int length, String what) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new ArrayFileException(what + " is cut off within its npy header; fetch or write it again.");
        }
        return bytes;
    }

    private static String descr(ElementType type) {
        return switch (type) {
            case FLOAT32 -> "<f4";
            case FLOAT64 -> "<f8";
            case FLOAT16 -> "<f2";
            case INT64 -> "<i8";
            case INT32 -> "<i4";
            case INT16 -> "<i2";
            case INT8 -> "|i1";
            case UINT8 -> "|u1";
            case BOOL -> "|b1";
        };
    }

    /** The element type of NumPy's type string. */
    static ElementType type(String descr, String what) {
        if (descr.length() < 2) {
            throw unsupported(descr, what);
        }
        char order = descr.charAt(0);
        String kind = descr.substring(1);
        if (kind.startsWith("O")) {
            throw new ArrayFileException(
                    what + " holds pickled Python objects, which are never read; save it as an array of numbers.");
        }
        ElementType type = switch (kind) {
            case "f4" -> ElementType.FLOAT32;
            case "f8" -> ElementType.FLOAT64;
            case "f2" -> ElementType.FLOAT16;
            case "i8" -> ElementType.INT64;
            case "i4" -> ElementType.INT32;
            case "i2" -> ElementType.INT16;
            case "i1" -> ElementType.INT8;
            case "u1" -> ElementType.UINT8;
            case "b1" -> ElementType.BOOL;
            default -> throw unsupported(descr, what);
        };
        if (type.bytes() > 1 && order == '>') {
            throw new ArrayFileException(
                    what + " is big-endian ('" + descr + "'); save it little-endian with a.astype('<" + kind + "').");
        }
        if (type.bytes() > 1 && order != '<') {
            throw unsupported(descr, what);
        }
        return type;
    }

    private static ArrayFileException unsupported(String descr, String what) {
        boolean sensible = descr.length() <= LONGEST_DESCR && descr.chars().noneMatch(Character::isISOControl);
        return new ArrayFileException(what + " has elements of type '" + (sensible ? descr : "?")
                + "'; float16/32/64, int8/16/32/64, uint8 and bool can be read.");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NpyHeader h
                && type == h.type
                && fortranOrder == h.fortranOrder
                && Arrays.equals(shape, h.shape);
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape) + (fortranOrder ? " in Fortran order" : "");
    }
}
