package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** NumPy's format, byte by byte. */
class NpyFormatTest {
    private static final String F4 = "'descr': '<f4', 'fortran_order': False, ";

    @TempDir
    Path folder;

    /** A file of format {@code version} with this header text and these bytes of elements. */
    private Path npy(int version, String header, byte... elements) throws IOException {
        byte[] text = header.getBytes(version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        for (int i = 0; i < (version == 1 ? 2 : 4); i++) {
            out.write(text.length >> 8 * i);
        }
        out.writeBytes(text);
        out.writeBytes(elements);
        return Files.write(folder.resolve("array.npy"), out.toByteArray());
    }

    private static void assertRefused(Path file, String part) {
        String message = assertThrows(ArrayFileException.class, () -> NpyReader.read(file))
                .getMessage();
        assertTrue(message.contains(part) && message.endsWith(".") && !message.contains("\n"), message);
    }

    @Test
    void filesAreWrittenAsNumPyWritesThem() throws IOException {
        Map<ElementType, String> types = new EnumMap<>(ElementType.class);
        types.put(ElementType.FLOAT32, "<f4");
        types.put(ElementType.FLOAT64, "<f8");
        types.put(ElementType.FLOAT16, "<f2");
        types.put(ElementType.INT64, "<i8");
        types.put(ElementType.INT32, "<i4");
        types.put(ElementType.INT16, "<i2");
        types.put(ElementType.INT8, "|i1");
        types.put(ElementType.UINT8, "|u1");
        types.put(ElementType.BOOL, "|b1");
        for (ElementType type : ElementType.values()) {
            assertHeader(type, types.get(type), "(2, 3)", 2, 3);
        }
        assertHeader(ElementType.UINT8, "|u1", "()");
        assertHeader(ElementType.UINT8, "|u1", "(7,)", 7);
        assertHeader(ElementType.UINT8, "|u1", "(0, 4)", 0, 4);
    }

    private void assertHeader(ElementType type, String descr, String tuple, long... shape) throws IOException {
        Tensor array = Tensor.zeros(type, shape);
        for (int i = 0; i < array.bytes().capacity(); i++) {
            array.bytes().put(i, (byte) (i + 1));
        }
        Path file = folder.resolve("written.npy");
        NpyWriter.write(file, array);
        String text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + tuple + ", }";
        byte[] expected = new byte[128 + array.bytes().capacity()];
        byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
        System.arraycopy(start, 0, expected, 0, 10);
        Arrays.fill(expected, 10, 127, (byte) ' ');
        System.arraycopy(text.getBytes(StandardCharsets.US_ASCII), 0, expected, 10, text.length());
        expected[127] = '\n';
        System.arraycopy(array.toByteArray(), 0, expected, 128, array.bytes().capacity());
        assertArrayEquals(expected, Files.readAllBytes(file));
    }

    /** Every length of header text around the alignment. */
    @Test
    void elementsStartAtTheNextMultipleOf64() {
        for (int digits = 1; digits <= 18; digits++) {
            for (int rank = 1; rank <= 30; rank++) {
                long[] shape = new long[rank];
                shape[0] = (long) Math.pow(10, digits - 1);
                byte[] header = NpyHeader.encode(ElementType.UINT8, shape);
                String text = new String(header, 10, header.length - 10, StandardCharsets.US_ASCII);
                assertEquals(0, header.length % 64);
                assertTrue(text.endsWith("\n"));
                String dictionary = text.stripTrailing();
                assertTrue(dictionary.endsWith("), }"), dictionary);
                assertTrue(header.length - (10 + dictionary.length() + 1) < 64);
                assertEquals(header.length - 10, (header[8] & 0xff) + 256 * header[9]);
            }
        }
    }

    @Test
    void anOlderLongerFileIsOverwritten() {
        Path file = folder.resolve("a.npy");
        NpyWriter.write(file, Tensor.of(new long[1000], 1000));
        NpyWriter.write(file, Tensor.of(new long[] {5}, 1));
        assertArrayEquals(new long[] {5}, NpyReader.read(file).toLongArray());
    }

    @Test
    void aFolderThatDoesNotExistIsNamed() {
        Path file = folder.resolve("no/a.npy");
        String message = assertThrows(ArrayFileException.class, () -> NpyWriter.write(file, Tensor.of(new long[1], 1)))
                .getMessage();
        assertTrue(message.startsWith(file + " could not be written"), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
                "{'shape':(1,),'fortran_order':False,'descr':'<f4'}",
                "  { \"descr\" : \"<f4\" ,\t'fortran_order' : True , 'shape' : ( 1 , ) }  \n",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1L, 1L)}"
            })
    void everySpellingOfAHeaderIsRead(String header) throws IOException {
        Tensor array = NpyReader.read(npy(1, header, (byte) 0, (byte) 0, (byte) 0x80, (byte) 0x3f));
        assertEquals(1f, array.floats().get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "}",
                "{}",
                "{" + F4 + "'shape': (1,)",
                "{" + F4 + "'shape': (1,",
                "{" + F4 + "'shape': (1",
                "{" + F4 + "'shape': 1}",
                "{" + F4 + "'shape': (-1,)}",
                "{" + F4 + "'shape': (a,)}",
                "{" + F4 + "'shape': (1:)}",
                "{" + F4 + "'shape': (1/)}",
                "{" + F4 + "'shape': (99999999999999999999,)}",
                "{" + F4 + "'shape': (4611686018427387904,)}",
                "{" + F4 + "'shape': (4294967296, 4294967296)}",
                "{" + F4 + "'shape' (1,)}",
                "{" + F4 + "'shape': (1,) 'x'}",
                "{" + F4 + "shape: (1,)}",
                "{" + F4 + "'shape",
                "{'fortran_order': False, 'shape': (1,)}",
                "{'descr': '<f4', 'shape': (1,)}",
                "{'descr': '<f4', 'fortran_order': False}",
                "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
                "{'descr': <f4, 'fortran_order': False, 'shape': (1,)}",
                "{'descr':",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': (1,)}"
            })
    void damagedHeadersAreRefused(String header) throws IOException {
        assertRefused(npy(1, header, new byte[4]), "damaged npy header");
    }

    /** NumPy has at most 64 dimensions. */
    @Test
    void arraysHaveAtMost64Dimensions() throws IOException {
        String most = String.join(", ", Collections.nCopies(64, "1"));
        assertEquals(
                64,
                NpyReader.read(npy(1, "{" + F4 + "'shape': (" + most + ")}", new byte[4]))
                        .rank());
        assertRefused(npy(1, "{" + F4 + "'shape': (" + most + ", 1)}", new byte[4]), "damaged npy header");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 127})
    void unknownVersionsAreRefused(int version) throws IOException {
        assertRefused(npy(version, "{" + F4 + "'shape': (1,)}", new byte[4]), "npy version " + version);
    }

    @Test
    void headersOfAMebibyteAreTheLongest() throws IOException {
        String header = "{" + F4 + "'shape': (1,)}";
        String longest = header + " ".repeat((1 << 20) - header.length());
        assertEquals(1, NpyReader.read(npy(2, longest, new byte[4])).size());
        assertRefused(npy(2, longest + " ", new byte[4]), "claims to be 1048577 bytes long");
        String beyond16Bits = header + " ".repeat(65_535 - header.length());
        assertEquals(1, NpyReader.read(npy(1, beyond16Bits, new byte[4])).size());
    }

    @ParameterizedTest
    @CsvSource({
        "=f4, '=f4'",
        "|f4, '|f4'",
        "<u2, '<u2'",
        "f, 'f'",
        ">i8, astype('<i8')",
        "|O, pickled",
        "<0123456789012345678901234567890123456789, '?'",
        "<012345678901234567890123456789012345678, <012345678901234567890123456789012345678"
    })
    void unsupportedElementTypesAreNamed(String descr, String part) throws IOException {
        assertRefused(npy(1, "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (1,)}", new byte[8]), part);
    }

    @Test
    void controlCharactersOfATypeAreNotRepeated() throws IOException {
        assertRefused(npy(1, "{'descr': '<\u001bx', 'fortran_order': False, 'shape': (1,)}", new byte[8]), "type '?'");
    }

    /** One byte has no order. */
    @ParameterizedTest
    @ValueSource(strings = {"|u1", "<u1", ">u1", "=u1"})
    void bytesAreReadInAnyOrder(String descr) throws IOException {
        String header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (2,)}";
        assertArrayEquals(
                new byte[] {3, -4},
                NpyReader.read(npy(1, header, (byte) 3, (byte) -4)).toByteArray());
    }

    @Test
    void fortranOrderIsConverted() throws IOException {
        String header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3)}";
        Tensor array = NpyReader.read(npy(1, header, new byte[] {1, 4, 2, 5, 3, 6}));
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6}, array.toByteArray());
        String shorts = "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 2)}";
        array = NpyReader.read(npy(1, shorts, new byte[] {1, 0, 3, 0, 2, 0, 4, 0}));
        assertArrayEquals(new byte[] {1, 0, 2, 0, 3, 0, 4, 0}, array.toByteArray());
    }

    @Test
    void rowsAreStreamedAcrossTheReadersBuffer() throws IOException {
        byte[] elements = new byte[3 * 70_001];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (byte) (i * 31 >>> 3);
        }
        String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 70001)}";
        try (NpyStream stream = NpyReader.stream(npy(1, header, elements))) {
            assertThrows(IllegalArgumentException.class, () -> stream.nextRows(0));
            byte[] two = stream.nextRows(2).toByteArray();
            byte[] one = stream.nextRows(2).toByteArray();
            assertArrayEquals(Arrays.copyOf(elements, 140_002), two);
            assertArrayEquals(Arrays.copyOfRange(elements, 140_002, 210_003), one);
            assertEquals(null, stream.nextRows(2));
        }
    }

    @Test
    void aSingleNumberHasNoRows() throws IOException {
        try (NpyStream stream = NpyReader.stream(npy(1, "{" + F4 + "'shape': ()}", new byte[4]))) {
            String message = assertThrows(ArrayFileException.class, () -> stream.nextRows(1))
                    .getMessage();
            assertTrue(message.contains("has no rows"), message);
        }
    }

    /** Streaming finds bytes after the last row as reading everything does. */
    @Test
    void bytesAfterTheLastRowAreAnError() throws IOException {
        try (NpyStream stream = NpyReader.stream(npy(1, "{" + F4 + "'shape': (2, 1)}", new byte[9]))) {
            stream.nextRows(1);
            String message = assertThrows(ArrayFileException.class, () -> stream.nextRows(1))
                    .getMessage();
            assertTrue(message.contains("more bytes"), message);
        }
    }

    @Test
    void bytesAfterAnArrayWithoutRowsAreAnErrorToo() throws IOException {
        try (NpyStream stream = NpyReader.stream(npy(1, "{" + F4 + "'shape': (0, 1)}", new byte[1]))) {
            assertThrows(ArrayFileException.class, () -> stream.nextRows(1));
        }
    }

    @Test
    void elementsThatAreMissingAreFoundAtOnce() throws IOException {
        assertRefused(npy(1, "{" + F4 + "'shape': (99,)}", new byte[100]), "promises 396 bytes");
        assertRefused(npy(1, "{" + F4 + "'shape': (2,)}", new byte[7]), "promises 8 bytes");
    }

    /** The file is sparse: its 3 GiB take no space on the disk. */
    @Test
    void anArrayTooLargeForATensorCanBeStreamed() throws IOException {
        Path file = npy(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 1073741824)}");
        long start = Files.size(file);
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(start + (3L << 30));
        }
        assertRefused(file, "too large for one tensor");
        try (NpyStream stream = NpyReader.stream(file)) {
            assertEquals(3L << 30, stream.header().elements());
        }
    }

    @Test
    void aFolderCannotBeRead() {
        assertRefused(folder, "could not be read");
        assertRefused(folder.resolve("missing.npy"), "There is no file");
    }

    @Test
    void headersAreComparedByTheirContents() {
        NpyHeader header = new NpyHeader(ElementType.INT16, false, new long[] {2, 3});
        assertEquals(6, header.elements());
        assertEquals(12, header.dataBytes());
        assertEquals(header, new NpyHeader(ElementType.INT16, false, new long[] {2, 3}));
        assertEquals(header.hashCode(), new NpyHeader(ElementType.INT16, false, new long[] {2, 3}).hashCode());
        assertNotEquals(header.hashCode(), new NpyHeader(ElementType.INT16, false, new long[] {3, 2}).hashCode());
        assertNotEquals(header, new NpyHeader(ElementType.INT8, false, new long[] {2, 3}));
        assertNotEquals(header, new NpyHeader(ElementType.INT16, true, new long[] {2, 3}));
        assertNotEquals(header, new NpyHeader(ElementType.INT16, false, new long[] {3, 2}));
        assertNotEquals(header, null);
        assertEquals("INT16[2, 3]", header.toString());
        assertEquals(
                "INT16[2, 3] in Fortran order", new NpyHeader(ElementType.INT16, true, new long[] {2, 3}).toString());
    }
}
