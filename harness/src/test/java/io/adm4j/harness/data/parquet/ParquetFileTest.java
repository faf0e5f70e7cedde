package io.adm4j.harness.data.parquet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers that another implementation wrote, see {@code parquet_files.py}, and footers that claim what is not there. */
class ParquetFileTest {
    private static final int COUNT = 1000;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void createFile() {
        file = folder.resolve("a.parquet");
    }

    @Test
    void numbersAreThoseThatWereWritten() throws IOException {
        try (var in = ParquetFileTest.class.getResourceAsStream("/parquet/numbers.parquet")) {
            Files.copy(in, file);
        }

        // A page of a column takes 9 or 4 KiB: not all stay in the cache.
        ParquetFile parquet = ParquetFile.open(file, new PageCache(32 << 10));
        for (int times = 0; times < 2; times++) {
            assertColumn(parquet, "delta32", i -> Optional.of(scattered(i, 32)));
            assertColumn(parquet, "delta64", i -> i % 7 == 3 ? Optional.empty() : Optional.of(scattered(i, 64)));
            assertColumn(parquet, "plain32", i -> Optional.of(scattered(i, 32)));
            assertColumn(parquet, "few", i -> i / 100 % 2 == 1 ? Optional.empty() : Optional.of(String.valueOf(i % 5)));
        }
    }

    private static void assertColumn(ParquetFile parquet, String name, IntFunction<Optional<String>> expected)
            throws IOException {
        ParquetColumn column = parquet.columns().stream()
                .filter(c -> c.toString().equals(name))
                .findFirst()
                .orElseThrow();
        List<Optional<String>> values = new ArrayList<>();
        for (ParquetPage page : parquet.pages(column)) {
            assertEquals(values.size(), page.firstRow());
            for (int i = 0; i < page.size(); i++) {
                values.add(page.text(i));
            }
        }
        assertEquals(COUNT, values.size());
        for (int i = 0; i < COUNT; i++) {
            assertEquals(expected.apply(i), values.get(i), name + " " + i);
        }
    }

    /** The formula of {@code parquet_files.py}. */
    private static String scattered(int i, int bits) {
        return BigInteger.valueOf(i)
                .multiply(new BigInteger("9E3779B97F4A7C15", 16))
                .mod(BigInteger.ONE.shiftLeft(bits))
                .subtract(BigInteger.ONE.shiftLeft(bits - 1))
                .toString();
    }

    @Test
    void listsTakeNoMoreThanThereIs() throws IOException {
        // version 1, then a schema of 100 million nodes, of which none is there
        refused("it is cut off", 0x15, 2, 0x19, 0xfc, 0x80, 0xc2, 0xd7, 0x2f);
        // a name of 2 GB
        refused("it is cut off", 0x15, 2, 0x19, 0x1c, 0x48, 0xf0, 0xff, 0xff, 0xff, 7);
        // field 15, structs in structs without end
        int[] nested = new int[300];
        Arrays.fill(nested, 0xfc);
        refused("nested too deep", nested);
    }

    @Test
    void aFooterMustFitIntoMemory() throws IOException {
        refused("it takes 2 MiB of memory at once, of 1 MiB: give Java more", new int[150_000]);
    }

    private void refused(String part, int... footer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write("PAR1".getBytes(StandardCharsets.US_ASCII));
        for (int value : footer) {
            bytes.write(value);
        }
        bytes.write(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(footer.length)
                .array());
        bytes.write("PAR1".getBytes(StandardCharsets.US_ASCII));
        Files.write(file, bytes.toByteArray());

        String message = assertThrows(IOException.class, () -> ParquetFile.open(file, new PageCache(1 << 20)))
                .getMessage();
        assertTrue(message.contains(part), message);
    }
}
