package io.adm4j.harness.data.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The encoding DELTA_BINARY_PACKED: the first integer, then blocks of packed differences. */
final class DeltaIntegers {
    private static final int MOST_IN_BLOCK = 1 << 20;

    private DeltaIntegers() {}

    /**
     * Reads values.
     *
     * @param in its position is moved to the byte after the last block
     * @param count how many there must be
     */
    static long[] read(ByteBuffer in, int count) throws IOException {
        long blockSize = Varint.read(in);
        long miniBlocks = Varint.read(in);
        long total = Varint.read(in);
        long value = zigzag(in);
        if (total != count) {
            throw new IOException("a page has " + total + " values instead of " + count);
        }
        if (blockSize < 1
                || blockSize > MOST_IN_BLOCK
                || miniBlocks < 1
                || miniBlocks > blockSize
                || blockSize % (8 * miniBlocks) != 0) {
            throw new IOException("a page has blocks of " + blockSize + " values in " + miniBlocks);
        }
        long[] values = new long[count];
        if (count > 0) {
            values[0] = value;
        }
        int perMini = (int) (blockSize / miniBlocks);
        byte[] widths = new byte[(int) miniBlocks];
        for (int done = 1; done < count; ) {
            long smallest = zigzag(in);
            in.get(widths);
            for (int mini = 0; mini < miniBlocks && done < count; mini++) {
                int width = widths[mini];
                if (width < 0 || width > Long.SIZE) {
                    throw new IOException("a value has " + width + " bits");
                }
                int end = in.position() + perMini / 8 * width;
                BitReader bits = new BitReader(in);
                for (int i = 0; i < perMini && done < count; i++, done++) {
                    value += smallest + bits.next(width);
                    values[done] = value;
                }
                // The last one is filled up.
                in.position(end);
            }
        }
        return values;
    }

    private static long zigzag(ByteBuffer in) throws IOException {
        long value = Varint.read(in);
        return value >>> 1 ^ -(value & 1);
    }
}
