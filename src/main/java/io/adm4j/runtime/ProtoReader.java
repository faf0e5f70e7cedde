package io.adm4j.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * The fields of one protobuf message within a file, in order. Throws {@link IllegalArgumentException} where the bytes are no
 * message.
 */
final class ProtoReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final ByteBuffer file;
    private final int end;
    private int position;
    private int field;
    private int start;
    private int content;
    private long value;
    private int wireType;

    /** @param file its position and limit are not modified */
    ProtoReader(ByteBuffer file, int start, int end) {
        this.file = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        this.position = start;
        this.end = end;
    }

    /** Goes to the next field; false after the last. */
    boolean next() {
        if (position == end) {
            return false;
        }
        start = position;
        long tag = varint();
        field = (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        value = wireType == VARINT || wireType == LENGTH_DELIMITED ? varint() : 0;
        content = position;
        long length = switch (wireType) {
            case VARINT -> 0;
            case FIXED64 -> 8;
            case FIXED32 -> 4;
            case LENGTH_DELIMITED -> value;
            default -> throw malformed();
        };
        if (length < 0 || length > end - position) {
            throw malformed();
        }
        position += (int) length;
        return true;
    }

    /** Number of the current field. */
    int field() {
        return field;
    }

    /** Integer of the current field. */
    long integer() {
        return value;
    }

    /** The current field as text. */
    String text() {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    /** The current field as a message. */
    ProtoReader message() {
        return new ProtoReader(file, content, position);
    }

    /** The integers of the current field, which holds one or is a packed list. */
    void integers(LongConsumer each) {
        if (wireType == VARINT) {
            each.accept(value);
            return;
        }
        ProtoReader packed = message();
        while (packed.position < packed.end) {
            each.accept(packed.varint());
        }
    }

    /** The content of the current field, without its number and length; shares memory. */
    ByteBuffer bytes() {
        return file.slice(content, position - content);
    }

    /** The whole current field as it is in the file; shares memory. */
    ByteBuffer whole() {
        return file.slice(start, position - start);
    }

    private long varint() {
        long number = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (position == end) {
                throw malformed();
            }
            byte b = file.get(position++);
            number |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return number;
            }
        }
        throw malformed();
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("The bytes are no protobuf message.");
    }
}
