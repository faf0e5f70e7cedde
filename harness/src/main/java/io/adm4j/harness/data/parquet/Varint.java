package io.adm4j.harness.data.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Integers of seven bits a byte, the lowest first. */
final class Varint {
    private Varint() {}

    /** @param in its position is moved */
    static long read(ByteBuffer in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IOException("a number is too long");
    }
}
