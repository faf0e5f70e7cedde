package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives as the JDK's zip classes see them, and archives of these classes as the reader sees them. */
class NpzFormatTest {
    private static final int END = 22;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = folder.resolve("arrays.npz");
    }

    private static Tensor counted(int length) {
        Tensor array = Tensor.zeros(ElementType.UINT8, length);
        for (int i = 0; i < length; i++) {
            array.bytes().put(i, (byte) (i % 7));
        }
        return array;
    }

    /** What NumPy would find: each entry is a whole npy file. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void entriesAreWholeNpyFiles(boolean deflate) throws IOException {
        try (NpzWriter writer = NpzWriter.create(file, deflate)) {
            writer.write("größe", counted(200_000));
            writer.write("empty", counted(0));
            writer.finish();
        }
        Path single = folder.resolve("single.npy");
        NpyWriter.write(single, counted(200_000));
        byte[] expected = Files.readAllBytes(single);
        CRC32 crc = new CRC32();
        crc.update(expected);
        try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
            ZipEntry entry = zip.getEntry("größe.npy");
            assertEquals(deflate ? ZipEntry.DEFLATED : ZipEntry.STORED, entry.getMethod());
            assertEquals(expected.length, entry.getSize());
            assertEquals(crc.getValue(), entry.getCrc());
            assertTrue(deflate ? entry.getCompressedSize() < 10_000 : entry.getCompressedSize() == expected.length);
            assertEquals(1980, entry.getTimeLocal().getYear());
            assertEquals(1, entry.getTimeLocal().getDayOfYear());
            assertArrayEquals(expected, zip.getInputStream(entry).readAllBytes());
            List<String> names = new ArrayList<>();
            for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                names.add(all.nextElement().getName());
            }
            assertEquals(List.of("größe.npy", "empty.npy"), names);
        }
    }

    /** Without the directory at the end: from the headers before each entry. */
    @Test
    void entriesCanBeReadFromTheFront() throws IOException {
        try (NpzWriter writer = NpzWriter.create(file, true)) {
            writer.write("a", counted(1000));
            writer.write("b", counted(3));
            writer.finish();
        }
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file), StandardCharsets.UTF_8)) {
            ZipEntry a = zip.getNextEntry();
            assertEquals("a.npy", a.getName());
            assertEquals(1128, a.getSize());
            assertEquals(1128, zip.readAllBytes().length);
            ZipEntry b = zip.getNextEntry();
            assertEquals("b.npy", b.getName());
            assertEquals(3 + 64 * ((b.getSize() - 3) / 64), zip.readAllBytes().length);
        }
    }

    /** Fields of 32 bits hold all ones where the zip64 field has the number. */
    @ParameterizedTest
    @CsvSource({
        "5, 6, 7",
        "4294967294, 4294967294, 4294967294",
        "4294967295, 6, 7",
        "5, 4294967295, 7",
        "5, 6, 4294967295",
        "8589934597, 8589934596, 8589934595"
    })
    void theDirectoryHoldsSizesBeyond32Bits(long size, long packed, long offset) {
        long most = 0xFFFF_FFFFL;
        byte[] name = {'a', 'b'};
        NpzWriter.Entry entry = new NpzWriter.Entry(name, offset, 0x89ABCDEFL, size, packed);
        ByteBuffer header = NpzWriter.centralHeader(entry, 8).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x02014b50, header.getInt(0));
        assertEquals(45, header.getShort(4));
        assertEquals(45, header.getShort(6));
        assertEquals(1 << 11, header.getShort(8));
        assertEquals(8, header.getShort(10));
        assertEquals(0x89ABCDEF, header.getInt(16));
        assertEquals(Math.min(packed, most), Integer.toUnsignedLong(header.getInt(20)));
        assertEquals(Math.min(size, most), Integer.toUnsignedLong(header.getInt(24)));
        assertEquals(2, header.getShort(28));
        assertEquals(Math.min(offset, most), Integer.toUnsignedLong(header.getInt(42)));
        assertEquals('a', header.get(46));
        List<Long> large = new ArrayList<>();
        for (long value : new long[] {size, packed, offset}) {
            if (value >= most) {
                large.add(value);
            }
        }
        int extra = large.isEmpty() ? 0 : 4 + 8 * large.size();
        assertEquals(extra, header.getShort(30));
        assertEquals(48 + extra, header.limit());
        if (extra > 0) {
            assertEquals(1, header.getShort(48));
            assertEquals(extra - 4, header.getShort(50));
            for (int i = 0; i < large.size(); i++) {
                assertEquals(large.get(i), header.getLong(52 + 8 * i));
            }
        }
    }

    @Test
    void anEmptyArchiveIsAnArchive() throws IOException {
        try (NpzWriter writer = NpzWriter.create(file)) {
            writer.finish();
        }
        assertEquals(END, Files.size(file));
        try (NpzReader reader = NpzReader.open(file)) {
            assertEquals(List.of(), reader.names());
        }
    }

    @Test
    void theWriterRefusesWhatWouldDamageTheArchive() {
        NpzWriter writer = NpzWriter.create(file);
        assertThrows(IllegalArgumentException.class, () -> writer.begin("a", ElementType.UINT8));
        assertThrows(IllegalArgumentException.class, () -> writer.begin("a", ElementType.UINT8, -1));
        assertMessage(IllegalStateException.class, "No array is open", () -> writer.append(ByteBuffer.allocate(1)));
        NpyRowWriter rows = writer.begin("a", ElementType.UINT8, 2);
        rows.write(counted(1));
        assertMessage(IllegalArgumentException.class, "1 rows are written.", () -> rows.write(counted(2)));
        assertMessage(IllegalStateException.class, "cannot begin", () -> writer.write("b", counted(1)));
        rows.write(counted(1));
        rows.close();
        rows.close();
        assertMessage(IllegalArgumentException.class, "which is closed", () -> rows.write(counted(0)));
        assertMessage(IllegalStateException.class, "already has an array 'a'", () -> writer.write("a", counted(1)));
        writer.finish();
        writer.close();
        assertMessage(IllegalStateException.class, "is closed", writer::finish);
        assertMessage(IllegalStateException.class, "is closed", () -> writer.write("c", counted(1)));
        assertArrayEquals(new byte[2], Npz.read(file).get("a").toByteArray());
    }

    @Test
    void missingRowsAreAnErrorOfTheArray() {
        NpzWriter writer = NpzWriter.create(file);
        NpyRowWriter rows = writer.begin("a", ElementType.UINT8, 2);
        assertMessage(IllegalStateException.class, "ended after 0 of 2 rows", rows::close);
        assertMessage(IllegalStateException.class, "ends within an array", writer::finish);
        writer.close();
        assertFalse(Files.exists(file));
    }

    @Test
    void anExistingArchiveIsReplacedOnlyAtTheEnd() throws IOException {
        Files.writeString(file, "old");
        NpzWriter writer = NpzWriter.create(file);
        writer.write("a", counted(1));
        assertEquals("old", Files.readString(file));
        writer.finish();
        writer.close();
        assertEquals(1, Npz.read(file).size());
    }

    @Test
    void anArchiveThatIsNotFinishedIsDropped() throws IOException {
        Files.writeString(file, "old");
        UncheckedIOException cause = new UncheckedIOException(new IOException("the source failed"));
        UncheckedIOException thrown = assertThrows(UncheckedIOException.class, () -> {
            try (NpzWriter writer = NpzWriter.create(file)) {
                writer.write("a", counted(1));
                throw cause;
            }
        });

        assertSame(cause, thrown);
        assertEquals(List.of(), List.of(thrown.getSuppressed()));
        assertEquals("old", Files.readString(file));
        assertFalse(Files.exists(file.resolveSibling(file.getFileName() + ".part")));
    }

    @Test
    void aTargetThatCannotBeWrittenIsNamed() {
        Path missing = folder.resolve("no/arrays.npz");
        assertMessage(ArrayFileException.class, missing + " could not be written", () -> NpzWriter.create(missing));
    }

    private Path zip(Map<String, byte[]> entries) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> e : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(e.getKey()));
                out.write(e.getValue());
            }
        }
        return file;
    }

    @Test
    void onlyEntriesOfArraysAreListed() throws IOException {
        byte[] array = NpyHeader.encode(ElementType.UINT8, new long[] {0});
        zip(Map.of("a.npy", array, "notes.txt", new byte[3]));
        try (NpzReader reader = NpzReader.open(file)) {
            assertEquals(List.of("a"), reader.names());
            assertTrue(reader.has("a"));
            assertFalse(reader.has("notes.txt"));
            assertEquals(ElementType.UINT8, reader.header("a").type());
            String message = assertThrows(ArrayFileException.class, () -> reader.read("b"))
                    .getMessage();
            assertTrue(message.endsWith("has no array 'b'; it holds [a]."), message);
        }
    }

    @Test
    void namesInMessagesAreShortAndPrintable() throws IOException {
        String name = "\u0007" + "n".repeat(150);
        zip(Map.of(name + ".npy", new byte[] {1}));
        try (NpzReader reader = NpzReader.open(file)) {
            String message = assertThrows(ArrayFileException.class, () -> reader.read(name))
                    .getMessage();
            assertTrue(message.startsWith("Array '" + "n".repeat(100) + "' of " + file), message);
        }
    }

    @Test
    void atMostTwentyNamesAreListed() {
        try (NpzWriter writer = NpzWriter.create(file)) {
            for (int i = 0; i < 30; i++) {
                writer.write("a" + i, counted(1));
            }
            writer.finish();
        }
        try (NpzReader reader = NpzReader.open(file)) {
            String message = assertThrows(ArrayFileException.class, () -> reader.read("b"))
                    .getMessage();
            assertTrue(message.endsWith("a18, a19]."), message);
        }
    }

    /** A header may promise more than its entry can hold: 1032 bytes for each packed one. */
    @Test
    void promisesBeyondWhatDeflateCanHoldAreRefused() throws IOException {
        byte[] promise = NpyHeader.encode(ElementType.UINT8, new long[] {1 << 30});
        zip(Map.of("a.npy", promise));
        try (NpzReader reader = NpzReader.open(file)) {
            assertMessage(ArrayFileException.class, "is cut off", () -> reader.read("a"));
        }
    }

    /** Offsets of the end record: entries 10, bytes 12, start 16, comment 20. */
    @ParameterizedTest
    @CsvSource({"10, 2", "10, 65534", "12, 1000000", "16, 1000000", "20, 1", "0, 7"})
    void endRecordsThatDoNotFitAreRefused(int field, int value) throws IOException {
        zip(Map.of("a.npy", new byte[10]));
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putShort(bytes.length - END + field, (short) value);
        if (value > 0xffff) {
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length - END + field, value);
        }
        Files.write(file, bytes);
        assertThrows(ZipException.class, () -> CheckedZip.open(file));
    }

    @Test
    void filesShorterThanAnEndRecordAreRefused() throws IOException {
        for (int length : new int[] {0, 1, END - 1}) {
            Files.write(file, new byte[length]);
            assertThrows(ZipException.class, () -> CheckedZip.open(file));
        }
    }

    /** An archive of one entry whose numbers stand in the zip64 end record. */
    private byte[] zip64() throws IOException {
        zip(Map.of("a.npy", new byte[10]));
        byte[] plain = Files.readAllBytes(file);
        ByteBuffer end = ByteBuffer.wrap(plain, plain.length - END, END).slice().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer out = ByteBuffer.allocate(plain.length + 76).order(ByteOrder.LITTLE_ENDIAN);
        int at = plain.length - END;
        out.put(plain, 0, at);
        out.putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45);
        out.putInt(0).putInt(0).putLong(1).putLong(1).putLong(end.getInt(12)).putLong(end.getInt(16));
        out.putInt(0x07064b50).putInt(0).putLong(at).putInt(1);
        out.putInt(0x06054b50).putInt(0).putShort((short) -1).putShort((short) -1);
        out.putInt(-1).putInt(-1).putShort((short) 0);
        return out.array();
    }

    @Test
    void zip64ArchivesAreRead() throws IOException {
        Files.write(file, zip64());
        try (ZipFile zip = CheckedZip.open(file)) {
            assertEquals(1, zip.size());
        }
    }

    /** Fields of the zip64 records, counted back from the end of the file. */
    @ParameterizedTest
    @CsvSource({"98, 1", "66, 2", "66, -1", "58, 1000000", "58, -1", "50, 1000000", "50, -1", "34, 1000000", "34, -1"})
    void zip64RecordsThatDoNotFitAreRefused(int back, long value) throws IOException {
        byte[] bytes = zip64();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(bytes.length - back, value);
        Files.write(file, bytes);
        assertThrows(ZipException.class, () -> CheckedZip.open(file));
    }

    @Test
    void checksumsAreComparedAtTheEnd() throws IOException {
        byte[] content = {1, -1, 3};
        CRC32 crc = new CRC32();
        crc.update(content);
        try (InputStream in = new CheckedEntryStream(new ByteArrayInputStream(content), crc.getValue())) {
            assertFalse(in.markSupported());
            assertEquals(1, in.read());
            assertEquals(255, in.read());
            assertEquals(3, in.read());
            assertEquals(-1, in.read());
        }
        try (InputStream in = new CheckedEntryStream(new ByteArrayInputStream(content), crc.getValue() ^ 1)) {
            assertEquals(3, in.read(new byte[5], 0, 5));
            assertThrows(ZipException.class, in::read);
        }
    }

    private static void assertMessage(Class<? extends RuntimeException> type, String part, Executable call) {
        String message = assertThrows(type, call).getMessage();
        assertTrue(message.contains(part), message);
    }
}
