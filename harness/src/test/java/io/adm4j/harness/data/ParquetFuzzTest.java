package io.adm4j.harness.data;

import io.adm4j.FuzzRun;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a Parquet file holds, it yields images or a {@link UserError}; see {@link FuzzRun}. */
class ParquetFuzzTest {
    /** A page of any size may claim to have 4 MiB, and an image a million pixels. */
    private static final long MOST_ALLOCATED = 128L << 20;

    /** Pages and images of a file may be compressed. */
    private static final int MOST_ALLOCATED_PER_BYTE = 10_000;

    @TempDir
    Path folder;

    @Test
    void everyFileIsReadOrRefused() throws Exception {
        new FuzzRun(new ParquetFiles(folder), UserError.class, MOST_ALLOCATED, MOST_ALLOCATED_PER_BYTE).check();
    }

    /** What is changed. */
    private enum Part {
        FILE,
        /** The length that the file says is right. */
        FOOTER,
        /** They stay where the footer says. */
        PAGES
    }

    private static final class ParquetFiles implements FuzzRun.Subject {
        private static final List<String> ORIGINALS = List.of(
                "hugging_face",
                "none_v1",
                "none_v2",
                "snappy_v1",
                "gzip_v2",
                "zstd_v1",
                "lz4_v2",
                "small_pages",
                "dictionary",
                "delta_length",
                "delta_bytes",
                "nulls",
                "names",
                "cifar100");
        private static final int MAGIC = 4;
        /** The footer's length and the magic number. */
        private static final int ENDING = 8;

        private final Path file;

        ParquetFiles(Path folder) {
            file = folder.resolve("fuzzed.parquet");
        }

        @Override
        public String kind(int number) {
            return part(number).toString();
        }

        private static Part part(int number) {
            return Part.values()[number % Part.values().length];
        }

        @Override
        public Path make(int number, SplittableRandom random) throws IOException {
            byte[] whole = ParquetImagesTest.bytes(ORIGINALS.get(random.nextInt(ORIGINALS.size())));
            ByteBuffer ending =
                    ByteBuffer.wrap(whole, whole.length - ENDING, ENDING).order(ByteOrder.LITTLE_ENDIAN);
            int footer = whole.length - ENDING - ending.getInt();
            return Files.write(
                    file,
                    switch (part(number)) {
                        case FILE -> FuzzRun.changed(random, whole);
                        case FOOTER -> footerChanged(random, whole, footer);
                        case PAGES -> pagesChanged(random, whole, footer);
                    });
        }

        private static byte[] footerChanged(SplittableRandom random, byte[] whole, int footer) {
            byte[] changed = FuzzRun.changed(random, Arrays.copyOfRange(whole, footer, whole.length - ENDING));
            return ByteBuffer.allocate(footer + changed.length + ENDING)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(whole, 0, footer)
                    .put(changed)
                    .putInt(changed.length)
                    .put(whole, whole.length - MAGIC, MAGIC)
                    .array();
        }

        private static byte[] pagesChanged(SplittableRandom random, byte[] whole, int footer) {
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                int at = MAGIC + random.nextInt(footer - MAGIC);
                if (random.nextInt(4) == 0) {
                    // A number as large as can be.
                    Arrays.fill(whole, at, Math.min(footer, at + 4), (byte) 0xff);
                    whole[Math.min(footer - 1, at + 4)] = 7;
                } else {
                    whole[at] = (byte) random.nextInt(256);
                }
            }
            return whole;
        }

        @Override
        public void read(Path fuzzed) {
            Dataset dataset = Dataset.open(fuzzed, DatasetOptions.ofSize(8));
            byte[] image = new byte[dataset.imageBytes()];
            for (int i = 0; i < dataset.size(); i++) {
                dataset.copyUsable(i, image);
            }
        }
    }
}
