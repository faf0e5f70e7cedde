package io.adm4j.export.importer.torch;

import io.adm4j.export.importer.CheckpointException;
import io.adm4j.export.importer.torch.Pickled.Dictionary;
import io.adm4j.export.importer.torch.Pickled.Sequence;
import io.adm4j.export.importer.torch.Pickled.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The form before PyTorch 1.6: five pickles in a row, the fourth with the object and the fifth with the storages' keys; then
 * each storage, its number of elements before it.
 */
final class TorchStream implements TorchFile {
    /** The first pickle: a ten-byte number that identifies such files, in protocol 2, PyTorch's own. */
    private static final byte[] MARK = {
        (byte) 0x80,
        2,
        (byte) 0x8a,
        10,
        0x6c,
        (byte) 0xfc,
        (byte) 0x9c,
        0x46,
        (byte) 0xf9,
        0x20,
        0x6a,
        (byte) 0xa8,
        0x50,
        0x19,
        '.'
    };

    private static final long VERSION = 1001;

    private final Path file;
    private final FileChannel channel;
    private final Object root;

    /** Where each storage's elements begin, in bytes of the file. */
    private final Map<Storage, Long> places = new HashMap<>();

    private TorchStream(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        ByteBuffer head = read(0, (int) Math.min(channel.size(), MAX_PICKLE_BYTES));
        head.position(MARK.length);
        RestrictedUnpickler version = new RestrictedUnpickler(head);
        if (!Long.valueOf(VERSION).equals(version.next())) {
            throw new CheckpointException(
                    file + " is in an old format of PyTorch of an unknown version: load it and save it"
                            + " again with a current PyTorch.");
        }
        if (!(new RestrictedUnpickler(head).next() instanceof Dictionary system)
                || !Boolean.TRUE.equals(system.entries().get("little_endian"))) {
            throw new CheckpointException(
                    file + " was saved on a machine that is not little-endian: it cannot be read.");
        }
        RestrictedUnpickler object = new RestrictedUnpickler(head);
        this.root = object.next();
        if (!(new RestrictedUnpickler(head).next() instanceof Sequence keys)) {
            throw new CheckpointException(file + " is damaged: it does not list its storages.");
        }
        place(keys.items(), object.storages(), head.position());
    }

    /** Whether a file begins with the mark of this form. */
    static boolean begins(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer start = ByteBuffer.allocate(MARK.length);
            while (start.hasRemaining() && channel.read(start) >= 0) {
                continue;
            }
            return Arrays.equals(start.array(), MARK);
        }
    }

    /**
     * Opens a file that {@link #begins} so.
     *
     * @throws CheckpointException if it is damaged, or asks for anything beyond state dicts
     */
    static TorchStream open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new TorchStream(file, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void place(List<Object> keys, Map<String, Storage> storages, long from) throws IOException {
        long at = from;
        for (Object key : keys) {
            Storage storage = key instanceof String name ? storages.get(name) : null;
            if (storage == null || at > channel.size() - Long.BYTES) {
                throw damaged();
            }
            long elements = read(at, Long.BYTES).getLong();
            at += Long.BYTES;
            long left = channel.size() - at;
            if (elements != storage.elements()
                    || elements < 0
                    || elements > left / storage.type().bytes()) {
                throw damaged();
            }
            places.put(storage, at);
            at += elements * storage.type().bytes();
        }
    }

    @Override
    public Object root() {
        return root;
    }

    @Override
    public long bytes(Storage storage) {
        if (!places.containsKey(storage)) {
            throw damaged();
        }
        return storage.elements() * storage.type().bytes();
    }

    @Override
    public void read(Storage storage, long firstByte, ByteBuffer target) throws IOException {
        fill(Objects.requireNonNull(places.get(storage)) + firstByte, target);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private ByteBuffer read(long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        fill(at, bytes);
        return bytes.flip();
    }

    private void fill(long at, ByteBuffer target) throws IOException {
        int start = target.position();
        while (target.hasRemaining()) {
            if (channel.read(target, at + target.position() - start) < 0) {
                throw damaged();
            }
        }
    }

    private CheckpointException damaged() {
        return new CheckpointException(file + " is damaged or cut off within its storages: fetch it again.");
    }
}
