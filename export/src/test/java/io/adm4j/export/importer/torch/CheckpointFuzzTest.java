package io.adm4j.export.importer.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.FuzzRun;
import io.adm4j.Golden;
import io.adm4j.export.importer.CheckpointException;
import io.adm4j.io.HostileZip;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a checkpoint file holds, reading it ends in tensors or in a {@link CheckpointException}; see {@link FuzzRun}. */
class CheckpointFuzzTest {
    /** What a pickle may build, and lists that grew on the way. */
    private static final long MOST_ALLOCATED = 160L << 20;

    private static final int MOST_ALLOCATED_PER_BYTE = 64;
    private static final int TENSORS_READ = 12;

    @TempDir
    Path folder;

    @Test
    void everyFileIsReadOrRefused() throws Exception {
        new FuzzRun(new Checkpoints(folder), CheckpointException.class, MOST_ALLOCATED, MOST_ALLOCATED_PER_BYTE)
                .check();
    }

    /** What is done to a file. */
    private enum Kind {
        /** Bytes of a small file that PyTorch wrote, in either format, changed, cut out, repeated or cut off. */
        SMALL_FILE,
        /** Bytes of a network's file changed in place, or its end cut off. */
        NETWORK,
        /** Fields and parts of the archive with false values. */
        ARCHIVE,
        /** A pickle that PyTorch wrote, with bytes changed, in an honest archive. */
        REAL_PICKLE,
        /** Pickles of hostile operations in an honest archive. */
        PICKLE
    }

    private static final class Checkpoints implements FuzzRun.Subject {
        private static final Kind[] TURNS = {
            Kind.SMALL_FILE,
            Kind.PICKLE,
            Kind.ARCHIVE,
            Kind.REAL_PICKLE,
            Kind.PICKLE,
            Kind.NETWORK,
            Kind.REAL_PICKLE,
            Kind.ARCHIVE
        };

        /** The positions of an archive's directory and of its pickle. */
        private static final int TAIL = 40_000;

        private static final int HEAD = 60_000;

        private final Path file;
        private final Path network;
        private final List<byte[]> small;
        private final List<Map<String, byte[]>> real;

        /** What the network's file had where it was changed. */
        private byte[] kept = new byte[0];

        private long keptFrom;

        Checkpoints(Path folder) throws IOException {
            file = folder.resolve("small.pt");
            network = Files.copy(
                    Golden.file(Golden.cases("unet-").get(0) + ".pt"),
                    folder.resolve("network.pt"),
                    StandardCopyOption.REPLACE_EXISTING);
            small = List.of(
                    Files.readAllBytes(TorchCheckpointTest.resource("variety.pt")),
                    Files.readAllBytes(TorchCheckpointTest.resource("module-protocol4.pt")),
                    Files.readAllBytes(TorchCheckpointTest.resource("module-old-format.pt")));
            real = List.of(
                    parts(TorchCheckpointTest.resource("variety.pt")),
                    parts(TorchCheckpointTest.resource("module.pt")),
                    parts(TorchCheckpointTest.resource("module-protocol4.pt")));
        }

        @Override
        public String kind(int number) {
            return turn(number).toString();
        }

        private static Kind turn(int number) {
            return TURNS[number % TURNS.length];
        }

        @Override
        public Path make(int number, SplittableRandom random) throws IOException {
            switch (turn(number)) {
                case SMALL_FILE -> Files.write(file, FuzzRun.changed(random, small.get(random.nextInt(small.size()))));
                case ARCHIVE -> Files.write(file, new HostileZip(random).of("a/", "data.pkl", parts(honestPickle())));
                case PICKLE -> PickleBytes.archive(file, parts(new HostilePickle(random).next()), ZipEntry.STORED);
                case REAL_PICKLE -> {
                    Map<String, byte[]> parts = new LinkedHashMap<>(real.get(random.nextInt(real.size())));
                    parts.replaceAll(
                            (name, content) -> name.endsWith("data.pkl") ? FuzzRun.changed(random, content) : content);
                    PickleBytes.archive(file, parts, ZipEntry.STORED);
                }
                case NETWORK -> {
                    changeInPlace(random);
                    return network;
                }
            }
            return file;
        }

        @Override
        public void read(Path checkpointFile) {
            try (TorchCheckpoint checkpoint = TorchCheckpoint.open(checkpointFile)) {
                for (String name :
                        checkpoint.names().stream().limit(TENSORS_READ).toList()) {
                    Tensor tensor = checkpoint.read(name);
                    assertArrayEquals(checkpoint.entry(name).shape(), tensor.shape());
                    assertEquals(checkpoint.entry(name).type(), tensor.type());
                }
            }
        }

        /** Mends the large file and changes a few bytes of it elsewhere, or cuts it off. */
        private void changeInPlace(SplittableRandom random) throws IOException {
            try (RandomAccessFile bytes = new RandomAccessFile(network.toFile(), "rw")) {
                bytes.seek(keptFrom);
                bytes.write(kept);
                int size = (int) bytes.length();
                boolean cut = random.nextInt(10) == 0;
                int from = switch (random.nextInt(4)) {
                    case 0 -> random.nextInt(size);
                    case 1 -> random.nextInt(Math.min(size, HEAD));
                    default -> size - 1 - random.nextInt(Math.min(size, TAIL));
                };
                kept = new byte[cut ? size - from : Math.min(size - from, 1 + random.nextInt(64))];
                keptFrom = from;
                bytes.seek(from);
                bytes.readFully(kept);
                if (cut) {
                    bytes.setLength(from);
                    return;
                }
                byte[] other = kept.clone();
                for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                    other[random.nextInt(other.length)] = (byte) random.nextInt(256);
                }
                bytes.seek(from);
                bytes.write(other);
            }
        }

        private static Map<String, byte[]> parts(byte[] pickle) {
            Map<String, byte[]> parts = new LinkedHashMap<>();
            parts.put("a/data.pkl", pickle);
            parts.put("a/data/0", storage());
            parts.put("a/data/1", storage());
            return parts;
        }

        private static Map<String, byte[]> parts(Path archive) throws IOException {
            Map<String, byte[]> parts = new LinkedHashMap<>();
            try (ZipFile zip = new ZipFile(archive.toFile())) {
                for (ZipEntry entry : zip.stream().toList()) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        parts.put(entry.getName(), in.readAllBytes());
                    }
                }
            }
            return parts;
        }

        private static byte[] honestPickle() {
            return PickleBytes.dictWithTensor(HostilePickle.STORED, 0, new long[] {8, 8}, new long[] {8, 1});
        }

        private static byte[] storage() {
            return new byte[HostilePickle.STORED * Float.BYTES];
        }
    }
}
