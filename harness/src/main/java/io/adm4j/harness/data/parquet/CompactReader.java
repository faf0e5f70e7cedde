package io.adm4j.harness.data.parquet;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Thrift's compact protocol, in which Parquet's footers and page headers are written. Takes no more memory than there is
 * input. For one thread.
 */
final class CompactReader {
    private static final int TRUE = 1;
    private static final int FALSE = 2;
    private static final int BYTE = 3;
    private static final int I64 = 6;
    private static final int DOUBLE = 7;
    private static final int BINARY = 8;
    private static final int LIST = 9;
    private static final int SET = 10;
    private static final int MAP = 11;
    private static final int STRUCT = 12;
    private static final int UUID = 13;
    private static final int MOST_NESTED = 64;

    private final InputStream in;
    private long consumed;
    /** Type of the value that comes next; 0 if it was read. */
    private int type;

    private int depth;

    /** @param in is read no further than it must be */
    CompactReader(InputStream in) {
        this.in = in;
    }

    /** What reads a field of a struct. */
    interface Fields {
        /**
         * Reads the value, or leaves it, which skips it.
         *
         * @param number of the field
         */
        void read(int number) throws IOException;
    }

    /** What reads an element of a list. */
    interface Element {
        void read() throws IOException;
    }

    /** Bytes that were read. */
    long consumed() {
        return consumed;
    }

    /** The struct that is the whole of the input, from here on. */
    void message(Fields fields) throws IOException {
        type = STRUCT;
        struct(fields);
    }

    void struct(Fields fields) throws IOException {
        require(STRUCT);
        deeper();
        int number = 0;
        for (int head = u8(); head != 0; head = u8()) {
            int delta = head >>> 4;
            number = delta == 0 ? (int) zigzag() : number + delta;
            type = head & 15;
            fields.read(number);
            skip();
        }
        depth--;
    }

    void list(Element element) throws IOException {
        require(LIST);
        deeper();
        int head = u8();
        int few = head >>> 4;
        long size = few < 15 ? few : varint();
        for (long i = 0; i < size; i++) {
            type = head & 15;
            if (type == TRUE || type == FALSE) {
                // In lists they have a byte of their own.
                type = BYTE;
            }
            element.read();
            skip();
        }
        depth--;
    }

    /** An integer of any width. */
    long integer() throws IOException {
        if (type <= FALSE || type > I64) {
            throw new IOException("a number is missing");
        }
        boolean single = type == BYTE;
        type = 0;
        return single ? (byte) u8() : zigzag();
    }

    /** An integer from 0 to {@link Integer#MAX_VALUE}. */
    int count() throws IOException {
        long value = integer();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IOException("a count is " + value);
        }
        return (int) value;
    }

    boolean bool() throws IOException {
        if (type != TRUE && type != FALSE) {
            throw new IOException("a truth value is missing");
        }
        boolean value = type == TRUE;
        type = 0;
        return value;
    }

    String text() throws IOException {
        require(BINARY);
        int length = length();
        // Grows with what is there, not with what is claimed.
        byte[] bytes = in.readNBytes(length);
        consumed += bytes.length;
        if (bytes.length < length) {
            throw new EOFException("it is cut off");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void require(int wanted) throws IOException {
        if (type != wanted) {
            throw new IOException("a field has the wrong type");
        }
        type = 0;
    }

    private void deeper() throws IOException {
        if (++depth > MOST_NESTED) {
            throw new IOException("it is nested too deep");
        }
    }

    /** Skips the value that comes next, if it was not read. */
    private void skip() throws IOException {
        switch (type) {
            case 0, TRUE, FALSE -> type = 0;
            case BYTE -> skip(1);
            case BYTE + 1, BYTE + 2, I64 -> varint();
            case DOUBLE -> skip(8);
            case BINARY -> skip(length());
            case LIST -> list(() -> {});
            case SET -> {
                type = LIST;
                list(() -> {});
            }
            case MAP -> skipMap();
            case STRUCT -> struct(number -> {});
            case UUID -> skip(16);
            default -> throw new IOException("a field has an unknown type");
        }
        type = 0;
    }

    private void skipMap() throws IOException {
        deeper();
        long size = varint();
        int types = size == 0 ? 0 : u8();
        for (long i = 0; i < size; i++) {
            skipElement(types >>> 4);
            skipElement(types & 15);
        }
        depth--;
    }

    private void skipElement(int elementType) throws IOException {
        type = elementType == TRUE || elementType == FALSE ? BYTE : elementType;
        if (type == 0) {
            throw new IOException("a field has an unknown type");
        }
        skip();
    }

    private void skip(int bytes) throws IOException {
        try {
            in.skipNBytes(bytes);
        } catch (EOFException e) {
            throw new EOFException("it is cut off");
        }
        consumed += bytes;
    }

    private int length() throws IOException {
        long length = varint();
        if (length < 0 || length > Integer.MAX_VALUE - 8) {
            throw new IOException("a text has " + length + " bytes");
        }
        return (int) length;
    }

    private long zigzag() throws IOException {
        long value = varint();
        return value >>> 1 ^ -(value & 1);
    }

    private long varint() throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = u8();
            value |= (next & 0x7fL) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new IOException("a number is too long");
    }

    private int u8() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException("it is cut off");
        }
        consumed++;
        return next;
    }
}
