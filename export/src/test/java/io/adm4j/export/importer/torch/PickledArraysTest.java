package io.adm4j.export.importer.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.importer.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that {@code export/src/test/generator/statistics.py} wrote with NumPy and PyTorch, and damaged ones. */
class PickledArraysTest {
    private static final double[] MU = {1, 2, 3};
    private static final double[] SIGMA = {2, 0.5, 0, 0.5, 3, 0.25, 0, 0.25, 4};

    @TempDir
    Path folder;

    @Test
    void dictsWithinADictArePartsOfTheName() {
        PickledArrays arrays = open("edm2.pkl");

        assertEquals(Set.of("fid/mu", "fid/sigma", "fd_dinov2/mu", "fd_dinov2/sigma"), arrays.names());
        assertArrayEquals(MU, arrays.read("fid/mu").toDoubleArray());
        assertArrayEquals(SIGMA, arrays.read("fid/sigma").toDoubleArray());
        assertArrayEquals(new long[] {3, 3}, arrays.read("fid/sigma").shape());
        assertArrayEquals(new long[] {2}, arrays.shape("fd_dinov2/mu"));
        assertEquals(Optional.of(100L), arrays.number("num_images"));
        assertEquals(Optional.empty(), arrays.number("num_items"));
    }

    @Test
    void readsWhatPyTorchSaved() {
        PickledArrays arrays = open("fidelity.pt");

        assertEquals(Set.of("mu", "sigma"), arrays.names());
        assertArrayEquals(MU, arrays.read("mu").toDoubleArray());
        assertArrayEquals(SIGMA, arrays.read("sigma").toDoubleArray());
    }

    @Test
    void readsEachFormOfAnArray() {
        PickledArrays arrays = open("forms.pkl");

        assertArrayEquals(MU, arrays.read("float32").toDoubleArray());
        assertArrayEquals(MU, arrays.read("big").toDoubleArray());
        assertArrayEquals(
                new double[] {0, 1, 2, 3, 4, 5}, arrays.read("fortran").toDoubleArray());
        assertArrayEquals(
                new double[] {0, 3, 1, 4, 2, 5}, arrays.read("again/fortran").toDoubleArray());
        assertTrue(assertThrows(CheckpointException.class, () -> arrays.read("integers"))
                .getMessage()
                .contains("i8: floating-point numbers"));
        assertThrows(CheckpointException.class, () -> arrays.read("scalar"));
    }

    @Test
    void onlyPicklesAreTakenForSuch() throws IOException {
        assertTrue(PickledArrays.is(TorchCheckpointTest.resource("edm2.pkl")));
        assertTrue(PickledArrays.is(TorchCheckpointTest.resource("fidelity.pt")));
        assertFalse(PickledArrays.is(Files.write(folder.resolve("one"), new byte[] {(byte) 0x80})));
        assertFalse(PickledArrays.is(Files.writeString(folder.resolve("text"), "PK")));
        assertFalse(PickledArrays.is(
                PickleBytes.archive(folder.resolve("zip"), Map.of("a.png", new byte[3]), ZipEntry.STORED)));
        assertFalse(PickledArrays.is(folder.resolve("missing")));
    }

    @Test
    void otherPicklesAreRefused() throws IOException {
        Path file = folder.resolve("list.pkl");
        Files.write(file, new byte[] {(byte) 0x80, 4, ']', '.'});
        refused("holds no dict of arrays", file);
        Files.write(file, new byte[] {(byte) 0x80, 4, '}'});
        refused("ends too early", file);
        Path bomb = folder.resolve("bomb.pt");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(bomb))) {
            zip.putNextEntry(new ZipEntry("a/data.pkl"));
            zip.write(new byte[1000]);
        }
        refused("is compressed", bomb);
    }

    @Test
    void aShapeThatDoesNotFitItsBytesIsRefused() throws IOException {
        byte[] pickle = Files.readAllBytes(TorchCheckpointTest.resource("edm2.pkl"));
        for (int i = 0; i + 3 < pickle.length; i++) {
            // The shape (3,) of the mean: a byte, and the operation that makes a tuple of it.
            if (pickle[i] == 'K' && pickle[i + 1] == 3 && (pickle[i + 2] & 0xff) == 0x85) {
                pickle[i + 1] = 4;
            }
        }
        PickledArrays arrays = PickledArrays.read(Files.write(folder.resolve("changed.pkl"), pickle));

        String message = assertThrows(CheckpointException.class, () -> arrays.read("fid/mu"))
                .getMessage();
        assertTrue(message.contains("has the shape [4] but 24 bytes"), message);
    }

    /** A dict of dicts of dicts, each of a thousand names for the same: small as a file, and endless when written out. */
    @Test
    void dictsThatMultiplyAreRefused() throws IOException {
        PickleBytes pickle = new PickleBytes().op('}').op('q').op(0);
        for (int level = 1; level < 4; level++) {
            pickle.op('}').op('q').op(level).op('(');
            for (int i = 0; i < 1000; i++) {
                pickle.text("k" + i).op('h').op(level - 1);
            }
            pickle.op('u');
        }
        refused("more than 10000 entries", Files.write(folder.resolve("many.pkl"), pickle.end()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"edm2.pkl", "stylegan.pkl", "forms.pkl", "fidelity.pt"})
    void changedFilesAreReadOrRefused(String name) throws IOException {
        byte[] original = Files.readAllBytes(TorchCheckpointTest.resource(name));
        SplittableRandom random = new SplittableRandom(1);
        int refusals = 0;
        for (int round = 0; round < 300; round++) {
            byte[] mutated = original.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            Path file = Files.write(folder.resolve("mutated"), mutated);
            try {
                PickledArrays arrays = PickledArrays.read(file);
                for (String array : arrays.names()) {
                    arrays.read(array);
                }
            } catch (CheckpointException e) {
                refusals++;
            }
        }
        assertTrue(refusals > 10, "Only " + refusals + " of 300 were refused.");
    }

    /** State dicts are read as before: arrays beside the weights are nothing to them. */
    @Test
    void stateDictsLeaveArraysOut() throws IOException {
        byte[] pickle = Files.readAllBytes(TorchCheckpointTest.resource("edm2.pkl"));

        assertTrue(RestrictedUnpickler.load(pickle) instanceof Pickled.Dictionary all
                && all.entries().get("fid") instanceof Pickled.Dictionary fid
                && fid.entries().get("mu") instanceof Pickled.Inert);
    }

    private static void refused(String part, Path file) {
        String message = assertThrows(CheckpointException.class, () -> PickledArrays.read(file))
                .getMessage();
        assertTrue(message.contains(part) && message.contains(file.toString()), message);
        assertTrue(message.endsWith(".") && !message.contains("\n"), message);
    }

    private static PickledArrays open(String name) {
        return PickledArrays.read(TorchCheckpointTest.resource(name));
    }
}
