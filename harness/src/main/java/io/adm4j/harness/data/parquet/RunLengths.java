package io.adm4j.harness.data.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The format's hybrid of run lengths and packed bits, for levels and for numbers of dictionary entries. */
final class RunLengths {
    private RunLengths() {}

    /**
     * Reads values.
     *
     * @param in its position is moved
     * @param width bits of each value, 0 to 31
     */
    static int[] read(ByteBuffer in, int width, int count) throws IOException {
        if (width < 0 || width >= Integer.SIZE) {
            throw new IOException("a value has " + width + " bits");
        }
        int[] values = new int[count];
        int done = 0;
        while (done < count) {
            long head = Varint.read(in);
            long length = head >>> 1;
            if ((head & 1) == 0) {
                int value = 0;
                for (int shift = 0; shift < width; shift += Byte.SIZE) {
                    value |= (in.get() & 0xff) << shift;
                }
                for (int end = done + (int) Math.min(count - done, length); done < end; done++) {
                    values[done] = value;
                }
            } else {
                // Eight values each; the last may be cut where nobody needs them.
                int end = done + (int) Math.min(count - done, Math.min(length, count) * 8);
                BitReader bits = new BitReader(in);
                for (; done < end; done++) {
                    values[done] = (int) bits.next(width);
                }
            }
        }
        return values;
    }
}
