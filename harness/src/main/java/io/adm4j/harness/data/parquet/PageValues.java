package io.adm4j.harness.data.parquet;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The values of a page, numbered from 0, nulls among them. */
sealed interface PageValues {

    /** Bytes of the heap that they take, about. */
    long size();

    /** Values, rather than references to some. */
    sealed interface Direct extends PageValues {

        /** A value as a text; empty if it is null. */
        Optional<String> text(int index);
    }

    /** Integers. */
    record Integers(long[] values, boolean[] present) implements Direct {
        @Override
        public Optional<String> text(int index) {
            return present[index] ? Optional.of(Long.toString(values[index])) : Optional.empty();
        }

        @Override
        public long size() {
            return 9L * values.length;
        }
    }

    /**
     * Arrays of bytes.
     *
     * @param content holds them
     * @param starts where each begins
     * @param lengths of each; negative for null
     */
    record Bytes(byte[] content, int[] starts, int[] lengths) implements Direct {
        /** A value, not a copy of it; empty if it is null. */
        Optional<ByteBuffer> bytes(int index) {
            return lengths[index] < 0
                    ? Optional.empty()
                    : Optional.of(ByteBuffer.wrap(content, starts[index], lengths[index])
                            .slice());
        }

        @Override
        public Optional<String> text(int index) {
            return bytes(index).map(StandardCharsets.UTF_8::decode).map(Object::toString);
        }

        @Override
        public long size() {
            return content.length + 8L * starts.length;
        }
    }

    /**
     * References to the values of a dictionary.
     *
     * @param entries their numbers; negative for null
     */
    record References(int[] entries) implements PageValues {
        @Override
        public long size() {
            return 4L * entries.length;
        }
    }
}
