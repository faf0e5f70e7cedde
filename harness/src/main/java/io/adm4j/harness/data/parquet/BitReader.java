package io.adm4j.harness.data.parquet;

import java.nio.ByteBuffer;

/** Numbers of a few bits, packed from the lowest bit of each byte. */
final class BitReader {
    private final ByteBuffer in;
    private int current;
    private int left;

    /** @param in its position is moved to the byte after the last that was needed */
    BitReader(ByteBuffer in) {
        this.in = in;
    }

    /** @param width 0 to 64 */
    long next(int width) {
        long value = 0;
        for (int got = 0; got < width; ) {
            if (left == 0) {
                current = in.get() & 0xff;
                left = Byte.SIZE;
            }
            int taken = Math.min(left, width - got);
            value |= (long) (current & (1 << taken) - 1) << got;
            current >>>= taken;
            left -= taken;
            got += taken;
        }
        return value;
    }
}
