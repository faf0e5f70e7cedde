package io.adm4j.export.importer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.adm4j.Golden;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever a checkpoint file holds, reading it ends in tensors or in a {@link CheckpointException}, soon, and within memory
 * that the file's size warrants. {@code -Dadm4j.fuzz=N} sets the number of files, {@code -Dadm4j.fuzz.first} the number of
 * the first; a file follows from its number alone.
 */
class CheckpointFuzzTest {
    private static final int INPUTS = Integer.getInteger("adm4j.fuzz", 2000);
    private static final int FIRST = Integer.getInteger("adm4j.fuzz.first", 0);
    private static final long SEED = 0x9E3779B97F4A7C15L;

    private static final long SLOWEST_MILLIS = 10_000;

    /** Bytes on the heap that any file may take, and more for each of its bytes. */
    private static final long MOST_ALLOCATED = 160L << 20;
    private static final int MOST_ALLOCATED_PER_BYTE = 64;

    private static final int TENSORS_READ = 12;

    /** Where an archive's directory lies, and where its pickle. */
    private static final int TAIL = 40_000;
    private static final int HEAD = 60_000;

    @TempDir
    Path folder;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Map<Kind, Outcome> outcomes = new EnumMap<>(Kind.class);
    private volatile int current;
    private volatile long started;
    private volatile Throwable escaped;

    /** What is done to a file. */
    private enum Kind {
        /** Bytes of a small file that PyTorch wrote, changed, cut out, repeated or cut off. */
        SMALL_FILE,
        /** Bytes of a network's file changed in place, or its end cut off. */
        NETWORK,
        /** Fields and parts of the archive that lie. */
        ARCHIVE,
        /** A pickle that PyTorch wrote, with bytes changed, in an honest archive. */
        REAL_PICKLE,
        /** Pickles of hostile operations in an honest archive. */
        PICKLE;

        private static final Kind[] TURNS = {
            SMALL_FILE, PICKLE, ARCHIVE, REAL_PICKLE, PICKLE, NETWORK, REAL_PICKLE, ARCHIVE
        };

        static Kind of(int number) {
            return TURNS[number % TURNS.length];
        }
    }

    /** How the files of a kind ended. */
    private static final class Outcome {
        private int read;
        private int refused;
        private long slowestNanos;
        private long mostAllocated;

        @Override
        public String toString() {
            return read + " read, " + refused + " refused, slowest " + slowestNanos / 1_000_000 + " ms, most allocated "
                    + (mostAllocated >> 10) + " KiB";
        }
    }

    @Test
    void everyFileIsReadOrRefused() throws InterruptedException {
        started = System.nanoTime();
        Thread worker = new Thread(this::run, "fuzz");
        worker.setDaemon(true);
        worker.start();
        while (worker.isAlive()) {
            worker.join(200);
            long millis = (System.nanoTime() - started) / 1_000_000;
            if (worker.isAlive() && millis > SLOWEST_MILLIS) {
                AssertionError slow = new AssertionError("File " + current + " has taken " + millis + " ms.");
                slow.setStackTrace(worker.getStackTrace());
                throw slow;
            }
        }
        if (escaped != null) {
            throw new AssertionError("File " + current + " (" + Kind.of(current) + "): " + escaped, escaped);
        }
        System.out.println(outcomes);
        assertEquals(INPUTS, outcomes.values().stream().mapToInt(o -> o.read + o.refused).sum());
        // Were all refused, or none, the files would not be what they should.
        outcomes.forEach((kind, o) -> assertTrue(o.read > 0 && o.refused > 0, kind + ": " + o));
    }

    private void run() {
        try {
            List<byte[]> small = List.of(
                    Files.readAllBytes(TorchCheckpointTest.resource("variety.pt")),
                    Files.readAllBytes(TorchCheckpointTest.resource("module.pt")),
                    Files.readAllBytes(TorchCheckpointTest.resource("module-protocol4.pt")),
                    Files.readAllBytes(TorchCheckpointTest.resource("module-old-format.pt")));
            List<Map<String, byte[]>> real = List.of(
                    parts(TorchCheckpointTest.resource("variety.pt")),
                    parts(TorchCheckpointTest.resource("module.pt")),
                    parts(TorchCheckpointTest.resource("module-protocol4.pt")));
            Path network = Files.copy(
                    Golden.file(Golden.cases("unet-").get(0) + ".pt"),
                    folder.resolve("network.pt"),
                    StandardCopyOption.REPLACE_EXISTING);
            for (int i = FIRST; i < FIRST + INPUTS; i++) {
                started = System.nanoTime();
                current = i;
                SplittableRandom random = new SplittableRandom(SEED * (i + 1));
                Kind kind = Kind.of(i);
                Path file = folder.resolve("small.pt");
                switch (kind) {
                    case SMALL_FILE -> Files.write(file, changed(random, small.get(random.nextInt(small.size()))));
                    case ARCHIVE -> Files.write(file, new HostileZip(random).of(honestPickle(), storage(), storage()));
                    case PICKLE -> PickleBytes.archive(file, parts(new HostilePickle(random).draw()), ZipEntry.STORED);
                    case REAL_PICKLE -> {
                        Map<String, byte[]> parts = new LinkedHashMap<>(real.get(random.nextInt(real.size())));
                        parts.computeIfPresent(
                                parts.keySet().stream().filter(n -> n.endsWith("data.pkl")).findFirst().orElseThrow(),
                                (name, pickle) -> changed(random, pickle));
                        PickleBytes.archive(file, parts, ZipEntry.STORED);
                    }
                    case NETWORK -> {
                        changeInPlace(random, network);
                        continue;
                    }
                }
                read(file, kind);
            }
        } catch (Throwable e) {
            escaped = e;
        }
    }

    /** Opens a file and reads some of its tensors. */
    private void read(Path file, Kind kind) throws IOException {
        Outcome outcome = outcomes.computeIfAbsent(kind, k -> new Outcome());
        long size = Files.size(file);
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
            for (String name : checkpoint.names().stream().limit(TENSORS_READ).toList()) {
                Tensor tensor = checkpoint.read(name);
                assertArrayEquals(checkpoint.entry(name).shape(), tensor.shape());
                assertEquals(checkpoint.entry(name).type(), tensor.type());
            }
            outcome.read++;
        } catch (CheckpointException e) {
            outcome.refused++;
            String message = e.getMessage();
            assertTrue(message.endsWith(".") && message.length() < 2000 && !message.contains("\n"), message);
        }
        long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        long most = MOST_ALLOCATED + MOST_ALLOCATED_PER_BYTE * size;
        assertTrue(allocated < most, () -> "A file of " + size + " bytes took " + allocated + " bytes of memory.");
        outcome.mostAllocated = Math.max(outcome.mostAllocated, allocated);
        outcome.slowestNanos = Math.max(outcome.slowestNanos, System.nanoTime() - started);
    }

    /** Changes a few bytes of a large file, or cuts it off, reads it and mends it again. */
    private void changeInPlace(SplittableRandom random, Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            int size = (int) bytes.length();
            boolean cut = random.nextInt(10) == 0;
            int from = switch (random.nextInt(4)) {
                case 0 -> random.nextInt(size);
                case 1 -> random.nextInt(Math.min(size, HEAD));
                default -> size - 1 - random.nextInt(Math.min(size, TAIL));
            };
            byte[] kept = new byte[cut ? size - from : Math.min(size - from, 1 + random.nextInt(64))];
            bytes.seek(from);
            bytes.readFully(kept);
            if (cut) {
                bytes.setLength(from);
            } else {
                byte[] other = kept.clone();
                for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                    other[random.nextInt(other.length)] = (byte) random.nextInt(256);
                }
                bytes.seek(from);
                bytes.write(other);
            }
            read(file, Kind.NETWORK);
            bytes.seek(from);
            bytes.write(kept);
        }
    }

    private static byte[] changed(SplittableRandom random, byte[] original) {
        byte[] bytes = original.clone();
        for (int changes = random.nextBoolean() ? 1 : 1 + random.nextInt(4); changes > 0 && bytes.length > 8; changes--) {
            int at = random.nextInt(bytes.length);
            int length = 1 + random.nextInt(Math.min(bytes.length - at, 32));
            bytes = switch (random.nextInt(8)) {
                case 0 -> spliced(bytes, at, length, new byte[0]);
                case 1 -> spliced(bytes, at, 0, Arrays.copyOfRange(bytes, at, at + length));
                case 2 -> Arrays.copyOf(bytes, at);
                case 3 -> spliced(bytes, at, Math.min(4, bytes.length - at), new byte[] {-1, -1, -1, 0x7f});
                default -> {
                    bytes[at] = (byte) random.nextInt(256);
                    yield bytes;
                }
            };
        }
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int at, int removed, byte[] inserted) {
        byte[] result = Arrays.copyOf(bytes, bytes.length - removed + inserted.length);
        System.arraycopy(inserted, 0, result, at, inserted.length);
        System.arraycopy(bytes, at + removed, result, at + inserted.length, bytes.length - at - removed);
        return result;
    }

    private static Map<String, byte[]> parts(byte[] pickle) {
        return Map.of("a/data.pkl", pickle, "a/data/0", storage(), "a/data/1", storage());
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
