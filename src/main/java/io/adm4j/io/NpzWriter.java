package io.adm4j.io;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Writes npz archives that NumPy reads, streaming: arrays of any size, zip64 where sizes or offsets need it. The same
 * arrays always give the same bytes (no times of day).
 *
 * <p>The archive is written to {@code NAME.part} in the same folder and renamed in {@link #finish}: a process that is
 * killed, or fails before it, leaves no incomplete archive under the target's name.
 */
public final class NpzWriter implements AutoCloseable {
    private static final long MAX32 = 0xFFFF_FFFFL;
    private static final int MAX16 = 0xFFFF;
    private static final int VERSION_ZIP64 = 45;
    private static final int FLAG_UTF8 = 1 << 11;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    /** 1980-01-01, the first day a zip archive can name. */
    private static final int DOS_DATE = 1 << 5 | 1;

    private static final int LOCAL_CRC_OFFSET = 14;
    private static final int LOCAL_HEADER = 30;

    /** An entry that is complete: {@code offset} of its header, {@code crc}, {@code size} and {@code packed} size of its data. */
    record Entry(byte[] name, long offset, long crc, long size, long packed) {}

    private final Path target;
    private final Path part;
    private final FileChannel out;
    private final @Nullable Deflater deflater;
    private final ByteBuffer packed = ByteBuffer.allocateDirect(1 << 16);
    private final List<Entry> entries = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final CRC32 crc = new CRC32();
    private byte @Nullable [] openName;
    private long openOffset;
    private long openDataStart;
    private long openSize;
    private boolean closed;

    private NpzWriter(Path target, Path part, FileChannel out, boolean deflate) {
        this.target = target;
        this.part = part;
        this.out = out;
        this.deflater = deflate ? new Deflater(Deflater.DEFAULT_COMPRESSION, true) : null;
    }

    /**
     * Starts an uncompressed archive.
     *
     * @throws ArrayFileException if the file cannot be written
     */
    public static NpzWriter create(Path file) {
        return create(file, false);
    }

    /**
     * Starts an archive.
     *
     * @param deflate whether to compress
     * @throws ArrayFileException if the file cannot be written
     */
    public static NpzWriter create(Path file, boolean deflate) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            FileChannel out = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
            return new NpzWriter(file, part, out, deflate);
        } catch (IOException e) {
            throw new ArrayFileException(file + " could not be written: " + e.getMessage() + ".", e);
        }
    }

    /**
     * Writes a whole array.
     *
     * @throws ArrayFileException if the file cannot be written
     * @throws IllegalStateException if another array is unfinished, the name is taken or the archive is closed
     */
    public void write(String name, Tensor array) {
        beginEntry(name, array.type(), array.shape());
        append(array.bytes());
        endEntry();
    }

    /**
     * Starts an array whose rows follow; one at a time.
     *
     * @param shape the whole shape, at least one dimension
     * @throws ArrayFileException if the file cannot be written
     * @throws IllegalStateException if another array is unfinished, the name is taken or the archive is closed
     */
    public NpyRowWriter begin(String name, ElementType type, long... shape) {
        if (shape.length == 0) {
            throw new IllegalArgumentException("A scalar has no rows; write it whole.");
        }
        Tensor.elements(shape);
        beginEntry(name, type, shape);
        return new NpyRowWriter(this, name, type, shape.clone());
    }

    private void beginEntry(String name, ElementType type, long[] shape) {
        byte[] fileName = (name + ".npy").getBytes(StandardCharsets.UTF_8);
        if (closed || openName != null) {
            throw new IllegalStateException(
                    closed
                            ? "The archive " + target + " is closed."
                            : "Array '" + name + "' cannot begin before the one begun earlier is closed.");
        }
        if (!names.add(name)) {
            throw new IllegalStateException("The archive " + target + " already has an array '" + name + "'.");
        }
        try {
            openName = fileName;
            openOffset = out.position();
            openSize = 0;
            crc.reset();
            writeFully(localHeader(fileName, 0, 0, 0));
            openDataStart = out.position();
        } catch (IOException e) {
            throw failure(e);
        }
        append(ByteBuffer.wrap(NpyHeader.encode(type, shape)));
    }

    /** Appends bytes to the open entry. */
    void append(ByteBuffer data) {
        if (openName == null || closed) {
            throw new IllegalStateException("No array is open in " + target + ".");
        }
        openSize += data.remaining();
        crc.update(data.duplicate());
        try {
            if (deflater == null) {
                writeFully(data);
            } else {
                deflater.setInput(data);
                drain(deflater, false);
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Ends the open entry and fills its sizes and checksum into its header. */
    void endEntry() {
        byte[] name = Objects.requireNonNull(openName);
        try {
            if (deflater != null) {
                deflater.finish();
                drain(deflater, true);
                deflater.reset();
            }
            long packedSize = out.position() - openDataStart;
            ByteBuffer header = localHeader(name, crc.getValue(), openSize, packedSize);
            header.position(LOCAL_CRC_OFFSET);
            long at = openOffset + LOCAL_CRC_OFFSET;
            while (header.hasRemaining()) {
                at += out.write(header, at);
            }
            entries.add(new Entry(name, openOffset, crc.getValue(), openSize, packedSize));
            openName = null;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private void drain(Deflater deflater, boolean finishing) throws IOException {
        while (finishing ? !deflater.finished() : !deflater.needsInput()) {
            packed.clear();
            deflater.deflate(packed);
            writeFully(packed.flip());
        }
    }

    private void writeFully(ByteBuffer data) throws IOException {
        while (data.hasRemaining()) {
            out.write(data);
        }
    }

    private int method() {
        return deflater == null ? STORED : DEFLATED;
    }

    /** Sizes always stand in a zip64 field, since they are not known when the header is first written. */
    private ByteBuffer localHeader(byte[] name, long checksum, long size, long packedSize) {
        ByteBuffer b = ByteBuffer.allocate(LOCAL_HEADER + name.length + 20).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(0x04034b50)
                .putShort((short) VERSION_ZIP64)
                .putShort((short) FLAG_UTF8)
                .putShort((short) method());
        b.putShort((short) 0).putShort((short) DOS_DATE).putInt((int) checksum);
        b.putInt((int) MAX32).putInt((int) MAX32).putShort((short) name.length).putShort((short) 20);
        b.put(name).putShort((short) 1).putShort((short) 16).putLong(size).putLong(packedSize);
        return b.flip();
    }

    /** The entry of the central directory; a zip64 field holds the numbers that need more than 32 bits. */
    static ByteBuffer centralHeader(Entry e, int method) {
        boolean largeSize = e.size() >= MAX32;
        boolean largePacked = e.packed() >= MAX32;
        boolean largeOffset = e.offset() >= MAX32;
        int fields = (largeSize ? 8 : 0) + (largePacked ? 8 : 0) + (largeOffset ? 8 : 0);
        int extra = fields == 0 ? 0 : fields + 4;
        ByteBuffer b = ByteBuffer.allocate(46 + e.name().length + extra).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(0x02014b50).putShort((short) VERSION_ZIP64).putShort((short) VERSION_ZIP64);
        b.putShort((short) FLAG_UTF8)
                .putShort((short) method)
                .putShort((short) 0)
                .putShort((short) DOS_DATE);
        b.putInt((int) e.crc());
        b.putInt((int) (largePacked ? MAX32 : e.packed())).putInt((int) (largeSize ? MAX32 : e.size()));
        b.putShort((short) e.name().length)
                .putShort((short) extra)
                .putShort((short) 0)
                .putShort((short) 0);
        b.putShort((short) 0)
                .putInt(0)
                .putInt((int) (largeOffset ? MAX32 : e.offset()))
                .put(e.name());
        if (fields > 0) {
            b.putShort((short) 1).putShort((short) fields);
            if (largeSize) {
                b.putLong(e.size());
            }
            if (largePacked) {
                b.putLong(e.packed());
            }
            if (largeOffset) {
                b.putLong(e.offset());
            }
        }
        return b.flip();
    }

    private void writeDirectory() throws IOException {
        long start = out.position();
        for (Entry e : entries) {
            writeFully(centralHeader(e, method()));
        }
        long end = out.position();
        long length = end - start;
        boolean zip64 = entries.size() >= MAX16 || start >= MAX32 || length >= MAX32;
        ByteBuffer b = ByteBuffer.allocate(56 + 20 + 22).order(ByteOrder.LITTLE_ENDIAN);
        if (zip64) {
            b.putInt(0x06064b50).putLong(44).putShort((short) VERSION_ZIP64).putShort((short) VERSION_ZIP64);
            b.putInt(0)
                    .putInt(0)
                    .putLong(entries.size())
                    .putLong(entries.size())
                    .putLong(length)
                    .putLong(start);
            b.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
        }
        int count = zip64 ? MAX16 : entries.size();
        b.putInt(0x06054b50)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) count)
                .putShort((short) count);
        b.putInt((int) (zip64 ? MAX32 : length))
                .putInt((int) (zip64 ? MAX32 : start))
                .putShort((short) 0);
        writeFully(b.flip());
    }

    /**
     * Completes the archive and gives it its name; nothing can be written after that.
     *
     * @throws ArrayFileException if the file cannot be written
     * @throws IllegalStateException if an array is unfinished, or the archive is closed
     */
    public void finish() {
        if (closed || openName != null) {
            throw new IllegalStateException(
                    "The archive " + target + (closed ? " is closed." : " ends within an array."));
        }
        try {
            writeDirectory();
            release();
            AtomicFile.rename(part, target);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /**
     * Drops what was written, unless the archive is finished: a file that was there before stays as it is.
     *
     * @throws ArrayFileException if the unfinished file cannot be removed
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        try {
            release();
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private void release() throws IOException {
        closed = true;
        if (deflater != null) {
            deflater.end();
        }
        out.close();
    }

    private ArrayFileException failure(IOException e) {
        return new ArrayFileException(target + " could not be written: " + e.getMessage() + ".", e);
    }
}
