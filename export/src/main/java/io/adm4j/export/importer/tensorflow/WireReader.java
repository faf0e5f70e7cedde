package io.adm4j.export.importer.tensorflow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The fields of one protobuf message, in the order of the file. A length that a field claims is checked
 * against the bytes present, so no file can make this allocate more memory than its own size.
 */
final class WireReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private static final int LONGEST_VARINT = 10;

    private final ByteBuffer in;
    private int number;
    private int wireType;

    /** @param message its remaining bytes; position and limit are not modified */
    WireReader(ByteBuffer message) {
        this.in = message.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Goes to the next field, whose value must then be read or skipped; false after the last. */
    boolean next() {
        if (!in.hasRemaining()) {
            return false;
        }
        long tag = varint();
        if (tag >>> 3 == 0 || tag >>> 32 != 0) {
            throw damaged("a field without a number");
        }
        number = (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        return true;
    }

    /** Number of the current field. */
    int number() {
        return number;
    }

    /** Whether the current field holds bytes: a string, a message or a packed list. */
    boolean isBytes() {
        return wireType == LENGTH_DELIMITED;
    }

    /** The current field's integer or boolean. */
    long integer() {
        require(VARINT);
        return varint();
    }

    /** The current field's float. */
    float real() {
        require(FIXED32);
        need(Float.BYTES);
        return in.getFloat();
    }

    /** The current field's bytes; shares memory. */
    ByteBuffer bytes() {
        require(LENGTH_DELIMITED);
        long length = varint();
        need(length);
        ByteBuffer part = in.slice(in.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + (int) length);
        return part;
    }

    /** The current field as a string. */
    String text() {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    /** The current field as a message. */
    WireReader message() {
        return new WireReader(bytes());
    }

    void skip() {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> pass(Long.BYTES);
            case LENGTH_DELIMITED -> bytes();
            case FIXED32 -> pass(Integer.BYTES);
            default -> throw damaged("a field of unknown kind " + wireType);
        }
    }

    /** A single integer within a packed list. */
    long packedInteger() {
        return varint();
    }

    /** Whether bytes are left. */
    boolean hasMore() {
        return in.hasRemaining();
    }

    private void pass(int count) {
        need(count);
        in.position(in.position() + count);
    }

    private long varint() {
        long value = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            need(1);
            byte b = in.get();
            value |= (long) (b & 0x7f) << 7 * i;
            if (b >= 0) {
                return value;
            }
        }
        throw damaged("a number of more than " + LONGEST_VARINT + " bytes");
    }

    private void need(long count) {
        if (count < 0 || count > in.remaining()) {
            throw damaged("a part that ends too early");
        }
    }

    private void require(int wanted) {
        if (wireType != wanted) {
            throw damaged("a field " + number + " of another kind than GraphDef has");
        }
    }

    private static TensorFlowGraphException damaged(String how) {
        return new TensorFlowGraphException("it has " + how);
    }
}
