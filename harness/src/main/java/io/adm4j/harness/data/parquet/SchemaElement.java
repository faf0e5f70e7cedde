package io.adm4j.harness.data.parquet;

import io.adm4j.harness.data.parquet.ParquetColumn.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A node of a file's schema.
 *
 * @param repetition 0 for required, 1 for optional, 2 for repeated
 * @param children how many of the following nodes are below it
 * @param kind of its values, if it has no children
 */
record SchemaElement(String name, int repetition, int children, Kind kind) {
    private static final int OPTIONAL = 1;
    private static final int REPEATED = 2;
    private static final int MOST_NESTED = 32;

    static SchemaElement read(CompactReader in) throws IOException {
        Reading reading = new Reading();
        in.struct(number -> reading.field(in, number));
        return reading.finish();
    }

    /**
     * The columns of a schema.
     *
     * @param schema its nodes, each before those below it
     */
    static List<ParquetColumn> leaves(List<SchemaElement> schema) throws IOException {
        if (schema.isEmpty()) {
            throw new IOException("its footer is damaged");
        }
        List<ParquetColumn> columns = new ArrayList<>();
        int next = 1;
        for (int child = 0; child < schema.get(0).children; child++) {
            next = add(schema, next, List.of(), 0, false, columns);
        }
        return columns;
    }

    private static int add(
            List<SchemaElement> schema,
            int at,
            List<String> above,
            int definition,
            boolean repeated,
            List<ParquetColumn> columns)
            throws IOException {
        if (at >= schema.size() || above.size() >= MOST_NESTED) {
            throw new IOException("its footer is damaged");
        }
        SchemaElement node = schema.get(at);
        List<String> path = new ArrayList<>(above);
        path.add(node.name);
        int level = definition + (node.repetition >= OPTIONAL ? 1 : 0);
        boolean several = repeated || node.repetition == REPEATED;
        if (node.children == 0) {
            columns.add(new ParquetColumn(columns.size(), path, node.kind, several, level));
        }
        int next = at + 1;
        for (int child = 0; child < node.children; child++) {
            next = add(schema, next, path, level, several, columns);
        }
        return next;
    }

    private static final class Reading {
        private static final int NONE = -1;
        private static final int INT32 = 1;
        private static final int INT64 = 2;
        private static final int BYTE_ARRAY = 6;
        /** UTF8, ENUM, JSON. */
        private static final Set<Integer> TEXTS = Set.of(0, 4, 19);
        /** STRING, ENUM, JSON. */
        private static final Set<Integer> LOGICAL_TEXTS = Set.of(1, 4, 12);

        private static final int LOGICAL_INTEGER = 10;
        private static final int FIRST_INTEGER = 11;
        private static final int LAST_INTEGER = 18;

        private int type = NONE;
        private int repetition;
        private String name = "";
        private int children;
        private int converted = NONE;
        private int logical = NONE;

        private void field(CompactReader in, int number) throws IOException {
            switch (number) {
                case 1 -> type = in.count();
                case 3 -> repetition = in.count();
                case 4 -> name = in.text();
                case 5 -> children = in.count();
                case 6 -> converted = in.count();
                case 10 -> in.struct(inner -> logical = inner);
                default -> {
                    // Not needed.
                }
            }
        }

        private SchemaElement finish() {
            return new SchemaElement(name, repetition, children, kind());
        }

        private Kind kind() {
            if (type == BYTE_ARRAY) {
                return TEXTS.contains(converted) || LOGICAL_TEXTS.contains(logical)
                        ? Kind.TEXT
                        : converted == NONE && logical == NONE ? Kind.BYTES : Kind.OTHER;
            }
            boolean integer = (converted == NONE || converted >= FIRST_INTEGER && converted <= LAST_INTEGER)
                    && (logical == NONE || logical == LOGICAL_INTEGER);
            return !integer ? Kind.OTHER : type == INT32 ? Kind.INT32 : type == INT64 ? Kind.INT64 : Kind.OTHER;
        }
    }
}
