package io.adm4j.export.importer.torch;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.Golden;
import io.adm4j.export.importer.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files made to harm: each must end in one clear sentence. */
class HostileCheckpointTest {
    private static final byte[] SIX_FLOATS = new byte[24];

    @TempDir
    Path folder;

    @Test
    void theHandWrittenArchiveIsReadWhenHonest() {
        byte[] pickle = PickleBytes.dictWithTensor(6, 0, new long[] {2, 3}, new long[] {3, 1});
        try (TorchCheckpoint c =
                TorchCheckpoint.open(PickleBytes.archive(folder.resolve("w.pt"), pickle, SIX_FLOATS))) {
            assertEquals(6, c.readFloat32("w").size());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "os, system",
        "posix, system",
        "builtins, eval",
        "subprocess, Popen",
        "torch, load",
        "torch, Tensor",
        "torch._utils, _rebuild_tensor_v2.__globals__",
        "collections, defaultdict",
        "java.lang, Runtime"
    })
    void namesBeyondStateDictsAreRefused(String module, String name) throws IOException {
        Path sentinel = folder.resolve("ran");
        byte[] pickle = new PickleBytes()
                .global(module, name)
                .op('(')
                .text("touch " + sentinel)
                .op('t')
                .op('R')
                .end();
        String message = refused(pickle);
        assertTrue(message.contains(module + "." + name), message);
        byte[] onStack = new PickleBytes().text(module).text(name).op(0x93).end();
        assertTrue(refused(onStack).contains(module + "." + name));
        assertFalse(Files.exists(sentinel));
    }

    @ParameterizedTest
    @ValueSource(chars = {'i', 'o', 0x82, 0x97, 'P', 'I', 0xff})
    void operationsBeyondStateDictsAreRefused(char op) {
        assertTrue(refused(new PickleBytes().op('}').op('(').op(op).end()).contains(String.format("0x%02x", (int) op)));
    }

    @Test
    void aDictThatIsItsOwnKeyIsRefused() {
        byte[] pickle = new PickleBytes()
                .op('}')
                .op('q')
                .op(0)
                .op('h')
                .op(0)
                .op(0x85)
                .op('h')
                .op(0)
                .op('s')
                .end();
        assertTrue(refused(pickle).contains("no state dict"));
    }

    @ParameterizedTest
    @CsvSource({
        "6, 0, 1000000, 1000000", // a shape beyond the storage
        "6, 0, 4611686018427387904, 4", // whose product overflows
        "6, 1, 2, 3", // the offset pushes the end out
        "6, -1, 1, 1",
        "6, 0, -2, 3",
        "600, 0, 20, 30", // a storage beyond the file's part
        "9223372036854775807, 0, 2, 3",
        "-6, 0, 2, 3",
    })
    void tensorsBeyondTheirStorageAreRefused(long stored, long offset, long rows, long columns) {
        byte[] pickle = PickleBytes.dictWithTensor(stored, offset, new long[] {rows, columns}, new long[] {columns, 1});
        assertTrue(refused(pickle).contains("'w'"));
    }

    @Test
    void repeatedElementsDoNotTakeMoreThanTheFileHolds() {
        byte[] pickle = PickleBytes.dictWithTensor(6, 0, new long[] {100000, 100000}, new long[] {0, 0});
        assertTrue(refused(pickle).contains("'w'"));
        byte[] dimensions = PickleBytes.dictWithTensor(6, 0, new long[10000], new long[10000]);
        assertTrue(refused(dimensions).contains("malformed"));
    }

    @Test
    void compressedPartsAreRefused() {
        byte[] pickle = PickleBytes.dictWithTensor(1 << 20, 0, new long[] {1 << 20}, new long[] {1});
        Path file = PickleBytes.archive(
                folder.resolve("bomb.pt"),
                Map.of("a/data.pkl", pickle, "a/data/0", new byte[4 << 20]),
                ZipEntry.DEFLATED);
        String message = assertThrows(CheckpointException.class, () -> TorchCheckpoint.open(file))
                .getMessage();
        assertTrue(message.contains("compressed"), message);
    }

    @Test
    void missingPartsAndOtherArchivesAreRefused() {
        byte[] pickle = PickleBytes.dictWithTensor(6, 0, new long[] {6}, new long[] {1});
        Path lacking = PickleBytes.archive(folder.resolve("l.pt"), Map.of("a/data.pkl", pickle), ZipEntry.STORED);
        assertThrows(CheckpointException.class, () -> TorchCheckpoint.open(lacking));
        Path other = PickleBytes.archive(folder.resolve("o.pt"), Map.of("readme.txt", pickle), ZipEntry.STORED);
        assertThrows(CheckpointException.class, () -> TorchCheckpoint.open(other));
        Path big = PickleBytes.archive(
                folder.resolve("b.pt"),
                Map.of(
                        "a/data.pkl",
                        pickle,
                        "a/data/0",
                        SIX_FLOATS,
                        "a/byteorder",
                        "big".getBytes(StandardCharsets.UTF_8)),
                ZipEntry.STORED);
        assertThrows(CheckpointException.class, () -> TorchCheckpoint.open(big));
    }

    @Test
    void whatIsNoStateDictIsRefused() {
        assertTrue(refused(new PickleBytes().op(']').end()).contains("state dict"));
        assertTrue(refused(new PickleBytes()
                        .op('}')
                        .text("epoch")
                        .integer(3)
                        .op('s')
                        .end())
                .contains("'epoch'"));
        assertTrue(refused(new byte[] {(byte) 0x80, 1, '}', '.'}).contains("protocol 1"));
        assertTrue(refused(new byte[5 << 20]).contains("no state dict needs more"));
    }

    /** Each byte asks for a hundred: what such a pickle builds is counted, not its length alone. */
    @ParameterizedTest
    @ValueSource(ints = {'}', ']', ')', '(', 'N', 0x94})
    void picklesThatSwellAreRefused(int op) {
        byte[] pickle = new byte[3 << 20];
        Arrays.fill(pickle, (byte) op);
        pickle[0] = (byte) 0x80;
        pickle[1] = 2;
        pickle[2] = 'N';
        assertTrue(refused(pickle).contains("which no state dict needs"));
    }

    @Test
    void anEmptyTensorWhoseShapeHasNoProductIsRefused() {
        byte[] pickle = PickleBytes.dictWithTensor(6, 0, new long[] {1L << 62, 1L << 62, 0}, new long[] {0, 0, 1});
        assertTrue(refused(pickle).contains("'w'"));
    }

    /** 22 bytes at the end of an archive claim a directory of gigabytes. */
    @Test
    void directoriesBeyondTheFileAreRefused() throws IOException {
        byte[] pickle = PickleBytes.dictWithTensor(6, 0, new long[] {6}, new long[] {1});
        Path file = PickleBytes.archive(folder.resolve("z.pt"), pickle, SIX_FLOATS);
        byte[] honest = Files.readAllBytes(file);
        for (int field : new int[] {10, 12, 16}) {
            byte[] bytes = honest.clone();
            bytes[bytes.length - 22 + field] = (byte) 0xff;
            bytes[bytes.length - 22 + field + 1] = (byte) 0xff;
            Files.write(file, bytes);
            assertThrows(CheckpointException.class, () -> TorchCheckpoint.open(file), "field " + field);
        }
    }

    @Test
    void theOldFormatIsNotTrustedEither() throws IOException {
        byte[] honest = Files.readAllBytes(TorchCheckpointTest.resource("module-old-format.pt"));
        Path file = folder.resolve("old.pt");
        for (int length = 1; length < honest.length; length++) {
            Files.write(file, Arrays.copyOf(honest, length));
            assertThrows(
                    CheckpointException.class, () -> TorchCheckpoint.open(file).close(), "length " + length);
        }
        for (int at = 0; at < honest.length; at++) {
            byte[] bytes = honest.clone();
            bytes[at] ^= (byte) 0x80;
            Files.write(file, bytes);
            try (TorchCheckpoint c = TorchCheckpoint.open(file)) {
                c.names().forEach(c::read);
            } catch (CheckpointException e) {
                assertTrue(e.getMessage().endsWith("."), e.getMessage());
            }
        }
    }

    @Test
    void everyTruncationIsAClearError() throws IOException {
        byte[] whole = Files.readAllBytes(TorchCheckpointTest.resource("variety.pt"));
        for (int length = 0; length < whole.length; length += 61) {
            Path file = Files.write(folder.resolve("t.pt"), Arrays.copyOf(whole, length));
            assertThrows(
                    CheckpointException.class, () -> TorchCheckpoint.open(file).close(), "length " + length);
        }
    }

    @Test
    void damagedElementsAreNoticed() throws IOException {
        byte[] pickle = PickleBytes.dictWithTensor(6, 0, new long[] {6}, new long[] {1});
        byte[] storage = new byte[24];
        Arrays.fill(storage, (byte) 0x5a);
        Path file = PickleBytes.archive(folder.resolve("d.pt"), pickle, storage);
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i < bytes.length - 24; i++) {
            if (Arrays.equals(bytes, i, i + 24, storage, 0, 24)) {
                bytes[i + 7] ^= 1;
            }
        }
        Files.write(file, bytes);
        try (TorchCheckpoint c = TorchCheckpoint.open(file)) {
            String message =
                    assertThrows(CheckpointException.class, () -> c.read("w")).getMessage();
            assertTrue(message.contains("checksum"), message);
        }
    }

    /** Whatever the bytes of a real pickle turn into, it is read or refused; nothing else happens. */
    @Test
    void mutatedPicklesAreReadOrRefused() throws IOException {
        byte[] pickle = realPickle();
        SplittableRandom random = new SplittableRandom(1);
        int refusals = 0;
        for (int round = 0; round < 1000; round++) {
            byte[] mutated = pickle.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            try {
                RestrictedUnpickler.load(mutated);
            } catch (CheckpointException e) {
                refusals++;
            }
        }
        assertTrue(refusals > 100, "Only " + refusals + " of 1000 were refused.");
        assertDoesNotThrow(() -> RestrictedUnpickler.load(pickle));
    }

    @Test
    void mutatedArchivesAreReadOrRefused() throws IOException {
        byte[] archive = Files.readAllBytes(TorchCheckpointTest.resource("variety.pt"));
        SplittableRandom random = new SplittableRandom(2);
        for (int round = 0; round < 500; round++) {
            byte[] mutated = archive.clone();
            for (int flips = 1 + random.nextInt(6); flips > 0; flips--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            Path file = Files.write(folder.resolve("m.pt"), mutated);
            try (TorchCheckpoint c = TorchCheckpoint.open(file)) {
                c.names().forEach(c::read);
            } catch (CheckpointException e) {
                assertTrue(e.getMessage().endsWith(".") && !e.getMessage().contains("\n"), e.getMessage());
            }
        }
    }

    private static byte[] realPickle() throws IOException {
        Path file = Golden.file(Golden.cases("unet-").get(0) + ".pt");
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry entry = zip.stream()
                    .filter(e -> e.getName().endsWith("data.pkl"))
                    .findFirst()
                    .orElseThrow();
            try (InputStream in = zip.getInputStream(entry)) {
                return in.readAllBytes();
            }
        }
    }

    private String refused(byte[] pickle) {
        Path file = PickleBytes.archive(folder.resolve("h.pt"), pickle, SIX_FLOATS);
        return assertThrows(CheckpointException.class, () -> TorchCheckpoint.open(file))
                .getMessage();
    }
}
