package io.adm4j.export.importer.torch;

import io.adm4j.export.importer.CheckpointException;
import io.adm4j.export.importer.torch.Pickled.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The form since PyTorch 1.6: a zip archive without compression, with {@code data.pkl} and a part for each storage. */
final class TorchZip implements TorchFile {
    private static final String PICKLE = "data.pkl";

    /** PyTorch puts one folder around the parts, named as the file was. */
    private static final int LONGEST_NAME = 1000;

    private final Path file;
    private final ZipFile zip;
    private final long fileBytes;
    private final String prefix;
    private final Object root;

    /** @param zip stays open, and is closed with this; not if an exception is thrown */
    TorchZip(Path file, ZipFile zip) throws IOException {
        this.file = file;
        this.zip = zip;
        this.fileBytes = Files.size(file);
        String pickle = zip.stream()
                .map(ZipEntry::getName)
                .filter(n -> n.length() <= LONGEST_NAME && (n.equals(PICKLE) || n.endsWith("/" + PICKLE)))
                .findFirst()
                .orElseThrow(() -> new CheckpointException(
                        file + " is a zip file but no PyTorch checkpoint: it has no " + PICKLE + "."));
        this.prefix = pickle.substring(0, pickle.length() - PICKLE.length());
        requireLittleEndian();
        this.root = RestrictedUnpickler.load(small(stored(pickle), MAX_PICKLE_BYTES));
    }

    @Override
    public Object root() {
        return root;
    }

    @Override
    public long bytes(Storage storage) {
        return stored(name(storage)).getSize();
    }

    @Override
    public void read(Storage storage, long firstByte, ByteBuffer target) throws IOException {
        ZipEntry entry = stored(name(storage));
        boolean whole = target.remaining() == entry.getSize();
        try (InputStream raw = zip.getInputStream(entry);
                CheckedInputStream in = new CheckedInputStream(raw, new CRC32());
                ReadableByteChannel channel = Channels.newChannel(in)) {
            in.skipNBytes(firstByte);
            while (target.hasRemaining()) {
                if (channel.read(target) < 0) {
                    throw new CheckpointException(
                            file + " is damaged: it ends within its part '" + printable(entry.getName()) + "'.");
                }
            }
            // Where a tensor is only a part of its storage, reading all of it for the sum would be wasteful.
            if (whole) {
                checkSum(entry, in);
            }
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private String name(Storage storage) {
        return prefix + "data/" + storage.key();
    }

    /** An uncompressed entry: PyTorch compresses none, so a compressed one could only be a decompression bomb. */
    private ZipEntry stored(String name) {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new CheckpointException(file + " is damaged: it lacks the part '" + printable(name) + "'.");
        }
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() < 0 || entry.getSize() > fileBytes) {
            throw new CheckpointException("The part '" + printable(name) + "' of " + file
                    + " is compressed or larger than the file, which PyTorch does not write.");
        }
        return entry;
    }

    private byte[] small(ZipEntry entry, int limit) throws IOException {
        if (entry.getSize() > limit) {
            throw new CheckpointException("The part '" + printable(entry.getName()) + "' of " + file + " has "
                    + entry.getSize() + " bytes; no state dict needs more than " + limit + ".");
        }
        try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
            byte[] bytes = in.readNBytes(limit);
            checkSum(entry, in);
            return bytes;
        }
    }

    private void requireLittleEndian() throws IOException {
        if (zip.getEntry(prefix + "byteorder") == null) {
            return;
        }
        String order = new String(small(stored(prefix + "byteorder"), 64), StandardCharsets.UTF_8).strip();
        if (!order.equals("little")) {
            throw new CheckpointException(file + " was saved on a machine with byte order '" + printable(order)
                    + "': only little can be read.");
        }
    }

    private void checkSum(ZipEntry entry, CheckedInputStream in) {
        // PyTorch can be configured not to compute the checksum; it is 0 then.
        if (entry.getCrc() > 0 && entry.getCrc() != in.getChecksum().getValue()) {
            throw new CheckpointException(file + " is damaged: the checksum of its part '" + printable(entry.getName())
                    + "' does not match; fetch it again.");
        }
    }

    private static String printable(String name) {
        return RestrictedUnpickler.printable(name);
    }
}
