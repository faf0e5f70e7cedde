package io.adm4j.harness.data.parquet;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.util.OptionalInt;

/**
 * What is written before a page.
 *
 * @param start position in the file of the page's first byte
 * @param stored bytes of the page in the file
 * @param size of its bytes, decompressed
 * @param crc of the stored bytes, if it is given
 * @param values it has, nulls among them
 * @param encoding of its values
 * @param levels bytes of the levels before the values, which are not compressed; {@link #LEVELS_WITHIN} if they are within the page
 * @param compressed whether the values are
 */
record PageHeader(
        Kind kind,
        long start,
        int stored,
        int size,
        OptionalInt crc,
        int values,
        int encoding,
        int levels,
        boolean compressed) {
    static final int LEVELS_WITHIN = -1;

    private static final int BUFFER = 512;
    private static final int RLE = 3;
    private static final int[] KINDS = {5, 6, 7, 8};

    /** In the order of the format's numbers. */
    enum Kind {
        DATA,
        INDEX,
        DICTIONARY,
        DATA_V2
    }

    /**
     * Reads one.
     *
     * @param channel its position is moved
     * @param at position of the header
     */
    static PageHeader read(SeekableByteChannel channel, long at) throws IOException {
        CompactReader in =
                new CompactReader(new BufferedInputStream(Channels.newInputStream(channel.position(at)), BUFFER));
        Reading reading = new Reading();
        in.message(number -> reading.field(in, number));
        return reading.finish(at + in.consumed());
    }

    private static final class Reading {
        private int kind = -1;
        private int stored = -1;
        private int size = -1;
        private OptionalInt crc = OptionalInt.empty();
        private int values = -1;
        private int encoding = -1;
        private int levels = LEVELS_WITHIN;
        private int repetitionLevels;
        private int levelEncoding = RLE;
        private boolean compressed = true;

        private void field(CompactReader in, int number) throws IOException {
            switch (number) {
                case 1 -> kind = in.count();
                case 2 -> size = in.count();
                case 3 -> stored = in.count();
                case 4 -> crc = OptionalInt.of((int) in.integer());
                default -> {
                    if (kind >= 0 && kind < KINDS.length && number == KINDS[kind]) {
                        in.struct(inner -> ofKind(in, inner));
                    }
                }
            }
        }

        private void ofKind(CompactReader in, int number) throws IOException {
            boolean second = kind == Kind.DATA_V2.ordinal();
            if (number == 1) {
                values = in.count();
            } else if (number == (second ? 4 : 2)) {
                encoding = in.count();
            } else if (!second && number == 3 && kind == Kind.DATA.ordinal()) {
                levelEncoding = in.count();
            } else if (second && number == 5) {
                levels = in.count();
            } else if (second && number == 6) {
                repetitionLevels = in.count();
            } else if (second && number == 7) {
                compressed = in.bool();
            }
        }

        private PageHeader finish(long start) throws IOException {
            if (kind < 0 || kind >= KINDS.length || stored < 0 || size < 0) {
                throw new IOException("the header of a page is damaged");
            }
            Kind known = Kind.values()[kind];
            boolean second = known == Kind.DATA_V2;
            if (known != Kind.INDEX && (values < 0 || encoding < 0)
                    || second && (levels < 0 || levels > Math.min(stored, size) || repetitionLevels != 0)) {
                throw new IOException("the header of a page is damaged");
            }
            if (levelEncoding != RLE) {
                throw new IOException("a page has levels in an encoding that is not read");
            }
            return new PageHeader(known, start, stored, size, crc, values, encoding, levels, compressed);
        }
    }
}
