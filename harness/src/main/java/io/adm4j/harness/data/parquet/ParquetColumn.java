package io.adm4j.harness.data.parquet;

import java.util.List;

/**
 * A column of a file: a leaf of its schema.
 *
 * @param number in the file, from 0
 * @param path names from the top of the schema to the leaf
 * @param repeated whether a row may have several values
 * @param definition level of a value that is not null
 */
public record ParquetColumn(int number, List<String> path, Kind kind, boolean repeated, int definition) {
    private static final int LONGEST_SHOWN = 60;

    public ParquetColumn {
        path = List.copyOf(path);
    }

    /** What the values are. */
    public enum Kind {
        BYTES,
        TEXT,
        INT32,
        INT64,
        /** Nothing that is read here. */
        OTHER;

        /** Whether the values are integers. */
        public boolean isInteger() {
            return this == INT32 || this == INT64;
        }

        boolean isBinary() {
            return this == BYTES || this == TEXT;
        }
    }

    /** For messages: the path with dots, as {@code image.bytes}, without control characters. */
    @Override
    public String toString() {
        int[] shown = String.join(".", path)
                .codePoints()
                .filter(c -> !Character.isISOControl(c))
                .limit(LONGEST_SHOWN)
                .toArray();
        return new String(shown, 0, shown.length);
    }
}
