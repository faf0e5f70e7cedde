package io.adm4j.harness.data.parquet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * From the bytes of a page to its values.
 *
 * @param dictionary number of the values that may be referred to
 * @param most bytes that the values may take
 */
record PageDecoder(ParquetColumn column, Compression compression, PageHeader header, int dictionary, long most) {
    private static final int PLAIN = 0;
    private static final int PLAIN_DICTIONARY = 2;
    private static final int DELTA_BINARY_PACKED = 5;
    private static final int DELTA_LENGTH_BYTE_ARRAY = 6;
    private static final int DELTA_BYTE_ARRAY = 7;
    private static final int RLE_DICTIONARY = 8;

    /** Whether the values may take more memory than the page: those of this encoding share their beginnings. */
    static boolean mayGrow(PageHeader header) {
        return header.encoding() == DELTA_BYTE_ARRAY;
    }

    /**
     * Decodes a page.
     *
     * @param stored as it is in the file; not modified
     * @throws IOException if it is damaged, as do exceptions of the runtime
     */
    PageValues decode(byte[] stored) throws IOException {
        byte[] page = new byte[header.size()];
        int levels = Math.max(0, header.levels());
        System.arraycopy(stored, 0, page, 0, levels);
        (header.compressed() ? compression : Compression.UNCOMPRESSED).decompress(stored, levels, page, levels);
        ByteBuffer in = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
        if (header.kind() == PageHeader.Kind.DICTIONARY) {
            boolean[] present = new boolean[header.values()];
            Arrays.fill(present, true);
            return direct(in, PLAIN, present);
        }
        boolean[] present = present(in);
        return header.encoding() == PLAIN_DICTIONARY || header.encoding() == RLE_DICTIONARY
                ? references(in, present)
                : direct(in, header.encoding(), present);
    }

    /** Which values are not null. */
    private boolean[] present(ByteBuffer in) throws IOException {
        boolean[] present = new boolean[header.values()];
        if (column.definition() == 0) {
            in.position(Math.max(0, header.levels()));
            Arrays.fill(present, true);
            return present;
        }
        int length = header.levels() == PageHeader.LEVELS_WITHIN ? in.getInt() : header.levels();
        ByteBuffer levels = in.slice(in.position(), length);
        in.position(in.position() + length);
        int width = Integer.SIZE - Integer.numberOfLeadingZeros(column.definition());
        int[] definition = RunLengths.read(levels, width, present.length);
        for (int i = 0; i < present.length; i++) {
            present[i] = definition[i] == column.definition();
        }
        return present;
    }

    private static int count(boolean... present) {
        int count = 0;
        for (boolean value : present) {
            count += value ? 1 : 0;
        }
        return count;
    }

    private PageValues references(ByteBuffer in, boolean... present) throws IOException {
        int count = count(present);
        int[] dense = count == 0 ? new int[0] : RunLengths.read(in, in.get(), count);
        int[] entries = new int[present.length];
        for (int i = 0, n = 0; i < entries.length; i++) {
            entries[i] = present[i] ? dense[n++] : -1;
            if (entries[i] >= dictionary) {
                throw new IOException("a page refers to what its dictionary does not have");
            }
        }
        return new PageValues.References(entries);
    }

    private PageValues direct(ByteBuffer in, int encoding, boolean... present) throws IOException {
        if (column.kind().isInteger() && encoding == PLAIN) {
            return plainIntegers(in, present);
        }
        if (column.kind().isInteger() && encoding == DELTA_BINARY_PACKED) {
            return integers(DeltaIntegers.read(in, count(present)), present);
        }
        if (column.kind().isBinary()) {
            switch (encoding) {
                case PLAIN -> {
                    return plainBytes(in, present);
                }
                case DELTA_LENGTH_BYTE_ARRAY -> {
                    return bytes(in, DeltaIntegers.read(in, count(present)), present);
                }
                case DELTA_BYTE_ARRAY -> {
                    return sharedBytes(in, present);
                }
                default -> {
                    // Refused below.
                }
            }
        }
        throw new IOException("the column " + column + " has encoding " + encoding + ", which is not read");
    }

    private PageValues plainIntegers(ByteBuffer in, boolean... present) {
        boolean wide = column.kind() == ParquetColumn.Kind.INT64;
        long[] values = new long[present.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = !present[i] ? 0 : wide ? in.getLong() : in.getInt();
        }
        return new PageValues.Integers(values, present);
    }

    private PageValues integers(long[] dense, boolean... present) {
        boolean wide = column.kind() == ParquetColumn.Kind.INT64;
        long[] values = new long[present.length];
        for (int i = 0, n = 0; i < values.length; i++) {
            if (present[i]) {
                // Differences of narrow ones wrap around.
                values[i] = wide ? dense[n] : (int) dense[n];
                n++;
            }
        }
        return new PageValues.Integers(values, present);
    }

    private static PageValues plainBytes(ByteBuffer in, boolean... present) throws IOException {
        int[] starts = new int[present.length];
        int[] lengths = new int[present.length];
        for (int i = 0; i < starts.length; i++) {
            lengths[i] = present[i] ? length(in.getInt(), in) : -1;
            starts[i] = in.position();
            in.position(in.position() + Math.max(0, lengths[i]));
        }
        return new PageValues.Bytes(in.array(), starts, lengths);
    }

    private static int length(long length, ByteBuffer in) throws IOException {
        if (length < 0 || length > in.remaining()) {
            throw new IOException("a value is not whole");
        }
        return (int) length;
    }

    /** @param dense lengths of those that are not null, which follow one another */
    private static PageValues.Bytes bytes(ByteBuffer in, long[] dense, boolean... present) throws IOException {
        int[] starts = new int[present.length];
        int[] lengths = new int[present.length];
        for (int i = 0, n = 0; i < starts.length; i++) {
            lengths[i] = present[i] ? length(dense[n++], in) : -1;
            starts[i] = in.position();
            in.position(in.position() + Math.max(0, lengths[i]));
        }
        return new PageValues.Bytes(in.array(), starts, lengths);
    }

    /** Values of which only what differs from the beginning of the one before is written. */
    private PageValues sharedBytes(ByteBuffer in, boolean... present) throws IOException {
        int count = count(present);
        long[] shared = DeltaIntegers.read(in, count);
        boolean[] all = new boolean[count];
        Arrays.fill(all, true);
        PageValues.Bytes rest = bytes(in, DeltaIntegers.read(in, count), all);
        long total = 0;
        long before = 0;
        for (int n = 0; n < count; n++) {
            if (shared[n] < 0 || shared[n] > before) {
                throw new IOException("a value shares more than there is");
            }
            before = shared[n] + rest.lengths()[n];
            total += before;
            if (total > Math.min(most, Integer.MAX_VALUE - 8)) {
                throw new IOException("the values of a page take too much memory");
            }
        }
        ByteBuffer content = ByteBuffer.allocate((int) total);
        int[] starts = new int[present.length];
        int[] lengths = new int[present.length];
        int last = 0;
        for (int i = 0, n = 0; i < present.length; i++) {
            lengths[i] = -1;
            if (present[i]) {
                starts[i] = content.position();
                content.put(content.array(), last, (int) shared[n]);
                content.put(rest.content(), rest.starts()[n], rest.lengths()[n]);
                lengths[i] = content.position() - starts[i];
                last = starts[i];
                n++;
            }
        }
        return new PageValues.Bytes(content.array(), starts, lengths);
    }
}
