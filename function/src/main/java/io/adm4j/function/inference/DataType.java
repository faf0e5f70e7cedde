package io.adm4j.function.inference;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.function.service.Refusal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The datatypes of tensors that a request may send. Elements become text, which is checked as any request's fields are. */
enum DataType {
    BOOL(1),
    UINT8(1),
    UINT16(2),
    UINT32(4),
    UINT64(8),
    INT8(1),
    INT16(2),
    INT32(4),
    INT64(8),
    FP32(4),
    FP64(8),
    BYTES(0);

    private final int bytes;

    DataType(int bytes) {
        this.bytes = bytes;
    }

    /** The type of a name, which is case-sensitive. */
    static Optional<DataType> of(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    boolean integer() {
        return ordinal() >= UINT8.ordinal() && ordinal() <= INT64.ordinal();
    }

    boolean floating() {
        return this == FP32 || this == FP64;
    }

    private boolean signed() {
        return ordinal() >= INT8.ordinal();
    }

    /**
     * An element in JSON.
     *
     * @throws Refusal if it is not of this type
     */
    String read(JsonNode element, String name) {
        boolean fits;
        if (integer()) {
            fits = element.isIntegralNumber() && inRange(element.bigIntegerValue());
        } else if (floating()) {
            fits = element.isNumber();
        } else {
            fits = this == BOOL ? element.isBoolean() : element.isTextual();
        }
        if (!fits) {
            throw Refusal.badInput("The data of " + name + " must be values of its datatype " + this + ".");
        }
        return element.asText();
    }

    private boolean inRange(BigInteger value) {
        int bits = bytes * 8;
        return signed() ? value.bitLength() < bits : value.signum() >= 0 && value.bitLength() <= bits;
    }

    /**
     * The next element of little-endian binary data.
     *
     * @param data in little-endian order; its position is moved past the element
     * @throws Refusal if the data ends before or the element is not of this type
     */
    String read(ByteBuffer data, String name) {
        int length = bytes;
        if (this == BYTES) {
            require(data.remaining() >= Integer.BYTES, name);
            length = data.getInt();
        }
        require(length >= 0 && data.remaining() >= length, name);
        return switch (this) {
            case BOOL -> {
                byte value = data.get();
                require(value == 0 || value == 1, name);
                yield String.valueOf(value == 1);
            }
            case UINT8 -> String.valueOf(Byte.toUnsignedInt(data.get()));
            case UINT16 -> String.valueOf(Short.toUnsignedInt(data.getShort()));
            case UINT32 -> Integer.toUnsignedString(data.getInt());
            case UINT64 -> Long.toUnsignedString(data.getLong());
            case INT8 -> String.valueOf(data.get());
            case INT16 -> String.valueOf(data.getShort());
            case INT32 -> String.valueOf(data.getInt());
            case INT64 -> String.valueOf(data.getLong());
            case FP32 -> String.valueOf(data.getFloat());
            case FP64 -> String.valueOf(data.getDouble());
            case BYTES -> text(data, length, name);
        };
    }

    private static String text(ByteBuffer data, int length, String name) {
        ByteBuffer element = data.slice(data.position(), length);
        data.position(data.position() + length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(element).toString();
        } catch (CharacterCodingException e) {
            throw Refusal.badInput("The data of " + name + " must be text in UTF-8.");
        }
    }

    private static void require(boolean fits, String name) {
        if (!fits) {
            throw Refusal.badInput("The binary data of " + name + " must be as long as its shape and datatype say.");
        }
    }
}
