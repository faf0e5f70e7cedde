package io.adm4j.export.importer;

import io.adm4j.export.importer.Pickled.TensorView;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A state dict that PyTorch saved ({@code torch.save(model.state_dict(), "w.pt")}, the zip format of version 1.6 and
 * later). Opening reads names and shapes; each tensor is read when asked for. A state dict inside another dict, as
 * training programs save it, is found, and prefixes that wrappers put before all names ({@code module.}) are dropped.
 *
 * <p>The file is not trusted: its pickle cannot run code, and no memory is taken that the size of the file does not
 * warrant. Every error is a {@link CheckpointException} of one sentence.
 */
public final class TorchCheckpoint implements AutoCloseable {
    /** A state dict of a thousand tensors has a pickle of about 200 KiB; one byte can claim 80 in memory. */
    private static final long MAX_PICKLE_BYTES = 4L << 20;

    private static final int OLD_FORMAT_FIRST_BYTE = 0x80;

    private final Path file;
    private final ZipFile zip;
    private final long fileBytes;
    private final String prefix;
    private final Map<String, TensorView> tensors;

    /** The type and shape of a tensor in the file; bfloat16 is given as FLOAT32. */
    public record Entry(ElementType type, long[] shape) {}

    private TorchCheckpoint(Path file, ZipFile zip, long fileBytes) throws IOException {
        this.file = file;
        this.zip = zip;
        this.fileBytes = fileBytes;
        String pickle = zip.stream()
                .map(ZipEntry::getName)
                .filter(n -> n.equals("data.pkl") || n.endsWith("/data.pkl"))
                .findFirst()
                .orElseThrow(() -> new CheckpointException(
                        file + " is a zip file but no PyTorch checkpoint: it has no data.pkl."));
        this.prefix = pickle.substring(0, pickle.length() - "data.pkl".length());
        requireLittleEndian();
        this.tensors = stateDict(RestrictedUnpickler.load(small(stored(pickle), MAX_PICKLE_BYTES)));
    }

    /**
     * Opens a file.
     *
     * @throws CheckpointException if it is no state dict in PyTorch's zip format, or is damaged
     */
    public static TorchCheckpoint open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException("There is no checkpoint file " + file + ".");
        }
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (IOException | RuntimeException e) {
            throw new CheckpointException(notZip(file, e), e);
        }
        try {
            return new TorchCheckpoint(file, zip, Files.size(file));
        } catch (IOException | RuntimeException e) {
            closeQuietly(zip, e);
            throw e instanceof CheckpointException c
                    ? c
                    : new CheckpointException(file + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    public Path file() {
        return file;
    }

    /** The tensors' names, in the file's order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    /**
     * Type and shape of a tensor.
     *
     * @throws CheckpointException if there is none of that name
     */
    public Entry entry(String name) {
        TensorView view = view(name);
        return new Entry(view.storage().type().readAs(), view.shape().clone());
    }

    /**
     * Reads a tensor in its own type (bfloat16 as float32), in row-major order.
     *
     * @throws CheckpointException if there is none of that name, or the file is damaged
     */
    public Tensor read(String name) {
        TensorView view = view(name);
        try {
            Span span = Span.of(view);
            ByteBuffer bytes = bytes(name, view, span);
            return StoredElements.gather(view, span.first(), bytes);
        } catch (IOException e) {
            throw new CheckpointException(
                    "The tensor '" + printable(name) + "' in " + file + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /**
     * Reads a tensor of any floating-point type as float32.
     *
     * @throws CheckpointException if there is none of that name, it holds integers, or the file is damaged
     */
    public Tensor readFloat32(String name) {
        return switch (view(name).storage().type().readAs()) {
            case FLOAT32 -> read(name);
            case FLOAT16, FLOAT64 -> StoredElements.toFloat32(read(name));
            default -> throw new CheckpointException(
                    "The tensor '" + printable(name) + "' in " + file + " holds integers where weights are needed.");
        };
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new CheckpointException(file + " could not be closed: " + e.getMessage() + ".", e);
        }
    }

    private TensorView view(String name) {
        TensorView view = tensors.get(name);
        if (view == null) {
            throw new CheckpointException("The checkpoint " + file + " has no tensor '" + printable(name) + "'.");
        }
        return view;
    }

    private Map<String, TensorView> stateDict(Object root) {
        Map<String, TensorView> found = StateDict.find(root, file);
        found.forEach(this::check);
        return found;
    }

    /** All that a tensor claims must lie within its storage, and the storage within the file. */
    private void check(String name, TensorView view) {
        String problem = Span.problem(view);
        if (problem != null) {
            throw new CheckpointException("The tensor '" + printable(name) + "' in " + file + " " + problem + ".");
        }
        ZipEntry entry = stored(storageName(view));
        if (view.storage().elements() > entry.getSize() / view.storage().type().bytes()) {
            throw new CheckpointException(
                    "The tensor '" + printable(name) + "' in " + file + " claims a storage of "
                            + view.storage().elements() + " elements, but the file holds only " + entry.getSize()
                            + " bytes of it.");
        }
    }

    private String storageName(TensorView view) {
        return prefix + "data/" + view.storage().key();
    }

    /** An uncompressed entry: PyTorch compresses none, so a compressed one could only be made to unpack hugely. */
    private ZipEntry stored(String name) {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new CheckpointException(file + " is damaged: it lacks the part '" + printable(name) + "'.");
        }
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() < 0 || entry.getSize() > fileBytes) {
            throw new CheckpointException(
                    "The part '" + printable(name) + "' of " + file
                            + " is compressed or larger than the file, which PyTorch does not write.");
        }
        return entry;
    }

    private byte[] small(ZipEntry entry, long limit) throws IOException {
        if (entry.getSize() > limit) {
            throw new CheckpointException(
                    "The part '" + printable(entry.getName()) + "' of " + file + " has " + entry.getSize()
                            + " bytes; no state dict needs more than " + limit + ".");
        }
        try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
            byte[] bytes = in.readNBytes((int) limit);
            checkSum(entry, in);
            return bytes;
        }
    }

    private void requireLittleEndian() throws IOException {
        if (zip.getEntry(prefix + "byteorder") == null) {
            return;
        }
        String order = new String(small(stored(prefix + "byteorder"), 64)).strip();
        if (!order.equals("little")) {
            throw new CheckpointException(
                    file + " was saved on a machine with byte order '" + printable(order) + "': only little can be read.");
        }
    }

    private ByteBuffer bytes(String name, TensorView view, Span span) throws IOException {
        long width = view.storage().type().bytes();
        long length = span.length() * width;
        long needed = Math.max(length, span.length() * view.storage().type().readAs().bytes());
        if (needed > Integer.MAX_VALUE) {
            throw new CheckpointException(
                    "The tensor '" + printable(name) + "' in " + file + " takes " + needed + " bytes; "
                            + Integer.MAX_VALUE + " is the most.");
        }
        ZipEntry entry = stored(storageName(view));
        ByteBuffer bytes = ByteBuffer.allocateDirect((int) length).order(ByteOrder.LITTLE_ENDIAN);
        try (InputStream raw = zip.getInputStream(entry);
                CheckedInputStream in = new CheckedInputStream(raw, new CRC32());
                ReadableByteChannel channel = Channels.newChannel(in)) {
            in.skipNBytes(span.first() * width);
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    throw new CheckpointException(
                            file + " is damaged: it ends within the tensor '" + printable(name) + "'.");
                }
            }
            // Where a tensor is only a part of its storage, reading all of it for the sum would be wasteful.
            if (length == entry.getSize()) {
                checkSum(entry, in);
            }
        }
        return bytes.flip();
    }

    private void checkSum(ZipEntry entry, CheckedInputStream in) {
        // PyTorch can be told not to compute the sum; it is 0 then.
        if (entry.getCrc() > 0 && entry.getCrc() != in.getChecksum().getValue()) {
            throw new CheckpointException(
                    file + " is damaged: the checksum of its part '" + printable(entry.getName())
                            + "' does not match; fetch it again.");
        }
    }

    private static String printable(String name) {
        return RestrictedUnpickler.printable(name);
    }

    private static String notZip(Path file, Exception reason) {
        try (InputStream in = Files.newInputStream(file)) {
            if (in.read() == OLD_FORMAT_FIRST_BYTE) {
                return file + " is in the format of PyTorch before 1.6: load it and save it again with a current PyTorch.";
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
        return file + " is no complete PyTorch checkpoint (" + reason.getMessage() + "): fetch it again.";
    }

    private static void closeQuietly(ZipFile zip, Exception reason) {
        try {
            zip.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }
}
