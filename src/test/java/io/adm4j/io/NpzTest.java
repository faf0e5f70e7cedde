package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.Golden;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files in resources/npz were written by NumPy 2. */
class NpzTest {
    @TempDir
    Path folder;

    static Path resource(String name) {
        return Path.of(System.getProperty("adm4j.root", ".."), "src/test/resources/npz", name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"numpy-stored.npz", "numpy-deflated.npz"})
    void readsEveryTypeThatNumpyWrites(String name) {
        Map<String, Tensor> a = Npz.read(resource(name));
        double[] expected = IntStream.range(-6, 6).asDoubleStream().toArray();
        assertArrayEquals(expected, a.get("f8").toDoubleArray());
        float[] floats = a.get("f4").toFloatArray();
        short[] halves = new short[12];
        a.get("f2").bytes().asShortBuffer().get(halves);
        short[] shorts = new short[12];
        a.get("i2").bytes().asShortBuffer().get(shorts);
        for (int i = 0; i < 12; i++) {
            assertEquals(i - 6, floats[i]);
            assertEquals(i - 6, a.get("i8").longs().get(i));
            assertEquals(i - 6, a.get("i4").ints().get(i));
            assertEquals(i - 6, shorts[i]);
            assertEquals(i - 6, a.get("i1").bytes().get(i));
            assertEquals((byte) (244 + i), a.get("u1").bytes().get(i));
        }
        assertEquals(ElementType.FLOAT16, a.get("f2").type());
        assertEquals((short) 0xC600, halves[0]);
        assertArrayEquals(new byte[] {1, 0, 1}, a.get("b1").toByteArray());
        assertEquals(ElementType.BOOL, a.get("b1").type());
        assertArrayEquals(new long[0], a.get("scalar").shape());
        assertEquals(2.5, a.get("scalar").doubles().get(0));
        assertArrayEquals(new long[] {0, 5}, a.get("empty").shape());
        assertArrayEquals(new long[] {0, 1, 2}, a.get("größe").toLongArray());
    }

    @Test
    void fortranOrderIsConvertedInWholeReadsAndRefusedInStreams() {
        try (NpzReader reader = NpzReader.open(resource("numpy-stored.npz"))) {
            assertTrue(reader.header("fortran").fortranOrder());
            Tensor t = reader.read("fortran");
            assertArrayEquals(new long[] {2, 3, 4}, t.shape());
            for (int i = 0; i < 24; i++) {
                assertEquals(i, t.ints().get(i));
            }
            try (NpyStream stream = reader.stream("fortran")) {
                assertMessage(assertThrows(ArrayFileException.class, () -> stream.nextRows(1)), "ascontiguousarray");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void readsEachHeaderVersion(int version) {
        Tensor t = NpyReader.read(resource("version" + version + ".npy"));
        assertArrayEquals(new float[] {0, 1, 2, 3, 4}, t.toFloatArray());
    }

    @ParameterizedTest
    @CsvSource({
        "big-endian.npy, big-endian",
        "objects.npy, pickled",
        "complex.npy, <c8",
        "fields.npy, structured",
        "unsigned64.npy, <u8"
    })
    void refusesOtherTypesInOneSentence(String name, String mark) {
        assertMessage(assertThrows(ArrayFileException.class, () -> NpyReader.read(resource(name))), mark);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasWrittenIsRead(boolean deflate) {
        Path file = folder.resolve("a.npz");
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        for (ElementType type : ElementType.values()) {
            Tensor t = Tensor.zeros(type, 3, 70_000, 2);
            ByteBuffer bytes = t.bytes();
            for (int i = 0; bytes.hasRemaining(); i++) {
                bytes.put((byte) (i * 31 >>> 3));
            }
            arrays.put(type.name(), t);
        }
        arrays.put("scalar", Tensor.of(new double[] {4.25}));
        arrays.put("empty", Tensor.zeros(ElementType.INT64, 0, 2));
        try (NpzWriter writer = NpzWriter.create(file, deflate)) {
            arrays.forEach(writer::write);
            writer.finish();
        }
        Map<String, Tensor> back = Npz.read(file);
        assertEquals(List.copyOf(arrays.keySet()), List.copyOf(back.keySet()));
        arrays.forEach((name, t) -> {
            assertEquals(t.type(), back.get(name).type());
            assertArrayEquals(t.shape(), back.get(name).shape());
            assertArrayEquals(t.toByteArray(), back.get(name).toByteArray());
        });
        assertFalse(Files.exists(folder.resolve("a.npz.part")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rowsAreWrittenAndReadInBlocks(boolean deflate) {
        Path file = folder.resolve("rows.npz");
        int rows = 103;
        try (NpzWriter writer = NpzWriter.create(file, deflate)) {
            try (NpyRowWriter out = writer.begin("arr_0", ElementType.INT64, rows, 3)) {
                for (int from = 0; from < rows; from += 10) {
                    int n = Math.min(10, rows - from);
                    out.write(Tensor.of(
                            IntStream.range(from * 3, (from + n) * 3)
                                    .asLongStream()
                                    .toArray(),
                            n,
                            3));
                }
            }
            writer.write("arr_1", Tensor.of(new long[] {7}, 1));
            writer.finish();
        }
        try (NpzReader reader = NpzReader.open(file);
                NpyStream stream = reader.stream("arr_0")) {
            assertEquals(new NpyHeader(ElementType.INT64, false, new long[] {rows, 3}), stream.header());
            long next = 0;
            int blocks = 0;
            for (Tensor t = stream.nextRows(16); t != null; t = stream.nextRows(16)) {
                blocks++;
                for (long v : t.toLongArray()) {
                    assertEquals(next++, v);
                }
            }
            assertEquals(rows * 3L, next);
            assertEquals(7, blocks);
            assertNull(stream.nextRows(16));
            assertArrayEquals(new long[] {7}, reader.read("arr_1").toLongArray());
        }
    }

    /** The plain directory counts entries in 16 bits. */
    @Test
    void moreEntriesThanAPlainArchiveHolds() {
        Path file = folder.resolve("many.npz");
        int count = 65_600;
        try (NpzWriter writer = NpzWriter.create(file)) {
            for (int i = 0; i < count; i++) {
                writer.write("a" + i, Tensor.of(new long[] {i}, 1));
            }
            writer.finish();
        }
        try (NpzReader reader = NpzReader.open(file)) {
            assertEquals(count, reader.names().size());
            assertArrayEquals(
                    new long[] {count - 1}, reader.read("a" + (count - 1)).toLongArray());
        }
    }

    @Test
    void theSameArraysGiveTheSameBytes() throws IOException {
        Map<String, Tensor> arrays = Map.of("a", Tensor.of(new float[] {1, 2}, 2));
        Npz.write(folder.resolve("one.npz"), arrays);
        Npz.write(folder.resolve("two.npz"), arrays);
        assertEquals(-1, Files.mismatch(folder.resolve("one.npz"), folder.resolve("two.npz")));
    }

    @Test
    void anUnfinishedArrayLeavesNoFile() {
        Path file = folder.resolve("half.npz");
        assertThrows(IllegalStateException.class, () -> {
            try (NpzWriter writer = NpzWriter.create(file);
                    NpyRowWriter out = writer.begin("a", ElementType.UINT8, 4, 2)) {
                out.write(Tensor.of(new byte[2], 1, 2));
            }
        });
        assertFalse(Files.exists(file));
        assertFalse(Files.exists(folder.resolve("half.npz.part")));
    }

    @Test
    void rowsOfAnotherShapeAreRefused() {
        NpzWriter writer = NpzWriter.create(folder.resolve("bad.npz"));
        NpyRowWriter out = writer.begin("a", ElementType.UINT8, 2, 2);
        assertThrows(IllegalArgumentException.class, () -> out.write(Tensor.of(new byte[3], 1, 3)));
        assertThrows(IllegalArgumentException.class, () -> out.write(Tensor.of(new byte[6], 3, 2)));
        assertThrows(IllegalArgumentException.class, () -> out.write(Tensor.of(new float[2], 1, 2)));
        assertThrows(IllegalStateException.class, () -> writer.write("b", Tensor.of(new byte[1], 1)));
        out.write(Tensor.of(new byte[4], 2, 2));
        out.close();
        assertThrows(IllegalStateException.class, () -> writer.write("a", Tensor.of(new byte[1], 1)));
        writer.close();
    }

    @Test
    void damageIsReportedInOneSentence() throws IOException {
        Path stored = resource("numpy-stored.npz");
        byte[] whole = Files.readAllBytes(stored);

        Path cut = Files.write(folder.resolve("cut.npz"), Arrays.copyOf(whole, whole.length / 2));
        assertMessage(assertThrows(ArrayFileException.class, () -> NpzReader.open(cut)), "not a complete npz archive");

        Path nothing = folder.resolve("nothing.npz");
        assertMessage(assertThrows(ArrayFileException.class, () -> NpzReader.open(nothing)), "There is no file");

        byte[] flipped = whole.clone();
        // The elements of the first array follow its local header and 128 bytes of npy header.
        flipped[30 + 20 + "f4.npy".length() + 128 + 5] ^= 1;
        Path damaged = Files.write(folder.resolve("damaged.npz"), flipped);
        try (NpzReader reader = NpzReader.open(damaged)) {
            assertMessage(
                    assertThrows(ArrayFileException.class, () -> reader.read("f4")), "its checksum does not match");
            assertMessage(assertThrows(ArrayFileException.class, () -> reader.read("none")), "has no array 'none'");
        }

        byte[] single = Files.readAllBytes(resource("version1.npy"));
        for (int length = 0; length < single.length; length++) {
            Path part = Files.write(folder.resolve("part.npy"), Arrays.copyOf(single, length));
            ArrayFileException e = assertThrows(ArrayFileException.class, () -> NpyReader.read(part));
            assertMessage(e, length < 8 ? "not an npy array" : "is cut off");
        }
        Path longer = Files.write(folder.resolve("longer.npy"), Arrays.copyOf(single, single.length + 1));
        assertMessage(assertThrows(ArrayFileException.class, () -> NpyReader.read(longer)), "more bytes");
    }

    @Test
    void aSingleFileSurvivesARoundTrip() {
        Path file = folder.resolve("a.npy");
        NpyWriter.write(file, Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));
        assertArrayEquals(new float[] {1, 2, 3, 4}, NpyReader.read(file).toFloatArray());
        try (NpyStream stream = NpyReader.stream(file)) {
            assertArrayEquals(new float[] {1, 2}, stream.nextRows(1).toFloatArray());
        }
    }

    @Test
    void readsAllGoldenArchives() {
        List<String> cases = Golden.cases("");
        assertFalse(cases.isEmpty());
        for (String name : cases) {
            assertFalse(Npz.read(Golden.file(name + ".npz")).isEmpty(), name);
        }
    }

    private static void assertMessage(RuntimeException e, String part) {
        String message = e.getMessage();
        assertTrue(message.contains(part) && message.endsWith(".") && !message.contains("\n"), message);
    }

    /** No memory is taken for elements that are not there. */
    @ParameterizedTest
    @ValueSource(strings = {"(500000000,)", "(2, 250000000)", "(9223372036854775807,)"})
    void headersThatPromiseMoreThanTheFileHasAreRefused(String shape) throws IOException {
        byte[] header = ("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + "}\n")
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer npy = ByteBuffer.allocate(10 + header.length + 400).order(ByteOrder.LITTLE_ENDIAN);
        npy.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) header.length)
                .put(header);
        Path file = Files.write(folder.resolve("promise.npy"), npy.array());
        assertThrows(ArrayFileException.class, () -> NpyReader.stream(file));
    }

    @Test
    void rowsWithoutElementsAreNotStreamed() {
        Path file = folder.resolve("empty.npz");
        Tensor endlessRows = Tensor.zeros(ElementType.FLOAT32, 1L << 60, 0);
        Npz.write(file, Map.of("a", endlessRows, "b", Tensor.zeros(ElementType.FLOAT32, 0, 4)));
        try (NpzReader npz = NpzReader.open(file);
                NpyStream endless = npz.stream("a");
                NpyStream none = npz.stream("b")) {
            assertThrows(ArrayFileException.class, () -> endless.nextRows(1));
            assertNull(none.nextRows(1));
            assertArrayEquals(new long[] {1L << 60, 0}, npz.read("a").shape());
        }
    }
}
