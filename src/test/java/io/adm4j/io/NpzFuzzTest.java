package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.FuzzRun;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading any npz or npy file yields arrays or an {@link ArrayFileException}; see {@link FuzzRun}. */
class NpzFuzzTest {
    private static final long MOST_ALLOCATED = 8L << 20;

    /** Deflate packs at most 1032 bytes into one; buffers and strings on the way take less. */
    private static final int MOST_ALLOCATED_PER_BYTE = 1100;

    @TempDir
    Path folder;

    @Test
    void everyFileIsReadOrRefused() throws Exception {
        new FuzzRun(new ArrayFiles(folder), ArrayFileException.class, MOST_ALLOCATED, MOST_ALLOCATED_PER_BYTE).check();
    }

    /** What is wrong with a file. */
    private enum Kind {
        /** Bytes of an archive that NumPy wrote, changed, cut out, repeated or cut off. */
        SMALL_FILE,
        /** False fields and parts of the archive. */
        ARCHIVE,
        /** A malicious array in a valid archive. */
        ARRAY,
        /** A malicious array alone. */
        NPY
    }

    private static final class ArrayFiles implements FuzzRun.Subject {
        private static final int ROWS = 3;
        private static final int ARRAYS_READ = 12;
        private static final int BLOCKS_READ = 1000;
        private static final int ELEMENTS = 48;

        private static final String[] TYPES = {
            "<f4", "<f8", "<f2", "<i8", "<i4", "<i2", "|i1", "|u1", "|b1", ">f4", "|O", "O", "<U8", "<c8", "<f16", "f4",
            "", "<f4'", "\\n", "|V4", "<M8[ns]"
        };
        private static final String[] SHAPES = {
            "()",
            "(48,)",
            "(4, 12)",
            "(2, 2, 12)",
            "(4L, 12L)",
            "(0,)",
            "(0, 5)",
            "(5, 0)",
            "(9223372036854775807, 0)",
            "(0, 4611686018427387904, 4)",
            "(9223372036854775807,)",
            "(99999999999999999999,)",
            "(-1,)",
            "(2147483647,)",
            "(4, 12",
            "4",
            "(,)",
            "((4,), 12)",
            "(268435456, 2)",
            "(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 48)",
            "[4, 12]"
        };

        private final Path archive;
        private final Path array;
        private final List<byte[]> small;

        ArrayFiles(Path folder) throws IOException {
            archive = folder.resolve("small.npz");
            array = folder.resolve("small.npy");
            small = List.of(
                    Files.readAllBytes(NpzTest.resource("numpy-stored.npz")),
                    Files.readAllBytes(NpzTest.resource("numpy-deflated.npz")));
        }

        @Override
        public String kind(int number) {
            return turn(number).toString();
        }

        private static Kind turn(int number) {
            return Kind.values()[number % Kind.values().length];
        }

        @Override
        public Path make(int number, SplittableRandom random) throws IOException {
            switch (turn(number)) {
                case SMALL_FILE ->
                    Files.write(archive, FuzzRun.changed(random, small.get(random.nextInt(small.size()))));
                case ARCHIVE -> {
                    Map<String, byte[]> arrays = new LinkedHashMap<>();
                    arrays.put("arr_0.npy", array("<f4", "(4, 12)", "False", "", 4 * ELEMENTS));
                    arrays.put("arr_1.npy", array("<i8", "(48,)", "False", "", 8 * ELEMENTS));
                    Files.write(archive, new HostileZip(random).of("", "arr_0.npy", arrays));
                }
                case ARRAY -> write(archive, malicious(random));
                case NPY -> {
                    return Files.write(array, malicious(random));
                }
            }
            return archive;
        }

        /** An array whose header is wrong in a place or two, or whose elements are not as many as it says. */
        private static byte[] malicious(SplittableRandom random) {
            boolean honest = random.nextInt(3) == 0;
            String type = honest ? "<f4" : TYPES[random.nextInt(TYPES.length)];
            String shape = random.nextBoolean() ? "(4, 12)" : SHAPES[random.nextInt(SHAPES.length)];
            String fortran = random.nextInt(3) == 0 ? "True" : random.nextInt(20) == 0 ? "Perhaps" : "False";
            String more = switch (random.nextInt(12)) {
                case 0 -> ", 'shape': (48,)";
                case 1 -> ", 'other': None";
                case 2 -> " ".repeat(100_000);
                case 3 -> "}".repeat(1000);
                default -> "";
            };
            int bytes = switch (random.nextInt(6)) {
                case 0 -> random.nextInt(4 * ELEMENTS);
                case 1 -> 8 * ELEMENTS;
                default -> 4 * ELEMENTS;
            };
            byte[] array = array(type, shape, fortran, more, bytes);
            return random.nextInt(4) == 0 ? FuzzRun.changed(random, array) : array;
        }

        private static byte[] array(String type, String shape, String fortran, String more, int bytes) {
            String text =
                    "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + more + "}\n";
            byte[] header = text.getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(0x93);
            out.writeBytes("NUMPY".getBytes(StandardCharsets.US_ASCII));
            boolean large = header.length > 0xffff;
            out.write(large ? 2 : 1);
            out.write(0);
            for (int i = 0; i < (large ? 4 : 2); i++) {
                out.write(header.length >> 8 * i);
            }
            out.writeBytes(header);
            out.writeBytes(new byte[bytes]);
            return out.toByteArray();
        }

        private static void write(Path file, byte[] array) throws IOException {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                    ZipOutputStream zip = new ZipOutputStream(out)) {
                ZipEntry entry = new ZipEntry("arr_0.npy");
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(array.length);
                CRC32 sum = new CRC32();
                sum.update(array);
                entry.setCrc(sum.getValue());
                zip.putNextEntry(entry);
                zip.write(array);
                zip.closeEntry();
            }
        }

        @Override
        public void read(Path file) {
            if (file.equals(array)) {
                NpyReader.read(file);
                return;
            }
            try (NpzReader npz = NpzReader.open(file)) {
                for (String name : npz.names().stream().limit(ARRAYS_READ).toList()) {
                    NpyHeader header = npz.header(name);
                    Tensor whole = npz.read(name);
                    assertArrayEquals(header.shape(), whole.shape());
                    if (whole.rank() > 0 && !header.fortranOrder()) {
                        assertEquals(whole.dim(0), rows(npz, name, header.type()));
                    }
                }
            }
        }

        private static long rows(NpzReader npz, String name, ElementType type) {
            long rows = 0;
            try (NpyStream stream = npz.stream(name)) {
                int blocks = 0;
                for (Tensor block = stream.nextRows(ROWS); block != null; block = stream.nextRows(ROWS)) {
                    assertEquals(type, block.type());
                    rows += block.dim(0);
                    if (++blocks > BLOCKS_READ) {
                        throw new IllegalStateException("The rows of a small file do not end.");
                    }
                }
            }
            return rows;
        }
    }
}
