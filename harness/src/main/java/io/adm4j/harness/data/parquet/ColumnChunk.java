package io.adm4j.harness.data.parquet;

import java.io.IOException;

/**
 * A column within a row group.
 *
 * @param start position in the file of the first page's header
 * @param codec number of its compression
 * @param encrypted whether it is
 * @param elsewhere whether it is in another file
 */
record ColumnChunk(long start, long codec, boolean encrypted, boolean elsewhere) {

    static ColumnChunk read(CompactReader in) throws IOException {
        Reading reading = new Reading();
        in.struct(number -> reading.field(in, number));
        return reading.finish();
    }

    /** @throws IOException if it cannot be read here */
    Compression compression(ParquetColumn column) throws IOException {
        if (encrypted) {
            throw new IOException("its column " + column + " is encrypted: write it without encryption");
        }
        if (elsewhere) {
            throw new IOException("its columns are in other files: give those");
        }
        return Compression.of(codec);
    }

    private static final class Reading {
        private long data = -1;
        private long dictionary;
        private long codec = -1;
        private boolean encrypted;
        private boolean elsewhere;

        private void field(CompactReader in, int number) throws IOException {
            switch (number) {
                case 1 -> elsewhere = true;
                case 3 ->
                    in.struct(inner -> {
                        switch (inner) {
                            case 4 -> codec = in.integer();
                            case 9 -> data = in.integer();
                            case 11 -> dictionary = in.integer();
                            default -> {
                                // Not needed.
                            }
                        }
                    });
                case 8 -> encrypted = true;
                default -> {
                    // Not needed.
                }
            }
        }

        private ColumnChunk finish() throws IOException {
            if (!encrypted && (data < 0 || codec < 0)) {
                throw new IOException("its footer is damaged");
            }
            // Some writers say 0 where there is none.
            long start = dictionary > 0 ? Math.min(dictionary, data) : data;
            return new ColumnChunk(start, codec, encrypted, elsewhere);
        }
    }
}
