package io.adm4j.harness.data.parquet;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32;

/** A page of a column, which is read when its values are needed. Safe for use by several threads. */
public final class ParquetPage {
    /** Beyond this ratio a page was made to fill the memory. */
    private static final int MOST_COMPRESSED = 1000;

    private static final int ALWAYS_ALLOWED = 4 << 20;
    /** Of the heap for each value, beside its bytes. */
    private static final int PER_VALUE = 16;

    private final Path file;
    private final ParquetColumn column;
    private final Compression compression;
    private final PageHeader header;
    private final int firstRow;
    private final Optional<ParquetPage> dictionary;
    private final PageCache cache;
    /** What was found when it was decoded, so that each of its values is not tried anew. */
    private Optional<IOException> damage = Optional.empty();

    /**
     * @param firstRow number in the file of its first value
     * @param dictionary that its values may refer to
     * @throws IOException if it does not fit into memory
     */
    ParquetPage(
            Path file,
            ParquetColumn column,
            Compression compression,
            PageHeader header,
            int firstRow,
            Optional<ParquetPage> dictionary,
            PageCache cache)
            throws IOException {
        this.file = file;
        this.column = column;
        this.compression = compression;
        this.header = header;
        this.firstRow = firstRow;
        this.dictionary = dictionary;
        this.cache = cache;
        if (header.size() > ALWAYS_ALLOWED + (long) MOST_COMPRESSED * header.stored()) {
            throw new IOException("a page of " + header.stored() + " bytes claims to have " + header.size());
        }
        cache.requireRoom(memory());
    }

    /** The file it is in. */
    public Path file() {
        return file;
    }

    /** Number in the file, from 0, of the row with its first value. */
    public int firstRow() {
        return firstRow;
    }

    /** Number of its values, nulls among them. */
    public int size() {
        return header.values();
    }

    /** Bytes of the heap that it takes to decode it, at most. */
    long memory() {
        return PageDecoder.mayGrow(header)
                ? cache.most()
                : (long) header.stored() + header.size() + (long) PER_VALUE * header.values();
    }

    /**
     * A value of a column of bytes; empty if it is null.
     *
     * @param index from 0
     * @return read-only
     * @throws IOException if the page is damaged
     */
    public Optional<ByteBuffer> bytes(int index) throws IOException {
        return value(index)
                .flatMap(value -> ((PageValues.Bytes) value.values()).bytes(value.index()))
                .map(ByteBuffer::asReadOnlyBuffer);
    }

    /**
     * A value of a column of texts or integers, as a text; empty if it is null.
     *
     * @param index from 0
     * @throws IOException if the page is damaged
     */
    public Optional<String> text(int index) throws IOException {
        return value(index).flatMap(value -> value.values().text(value.index()));
    }

    /** @param index in the values */
    private record Value(PageValues.Direct values, int index) {}

    /** Where a value is; empty for null in a dictionary. */
    private Optional<Value> value(int index) throws IOException {
        PageValues values = cache.values(this);
        if (values instanceof PageValues.References references) {
            int entry = references.entries()[index];
            return entry < 0
                    ? Optional.empty()
                    : Optional.of(new Value((PageValues.Direct) cache.values(dictionary.orElseThrow()), entry));
        }
        return Optional.of(new Value((PageValues.Direct) values, index));
    }

    /** Reads and decodes it; for one thread at a time. */
    PageValues load() throws IOException {
        if (damage.isPresent()) {
            throw damage.get();
        }
        byte[] stored = new byte[header.stored()];
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            channel.position(header.start());
            ByteBuffer bytes = ByteBuffer.wrap(stored);
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    throw new EOFException("it is cut off");
                }
            }
        }
        try {
            return decode(stored);
        } catch (IOException e) {
            damage = Optional.of(e);
            throw e;
        } catch (RuntimeException e) {
            // Of buffers that end too early, and of the decompressors.
            damage = Optional.of(new IOException("a page is damaged", e));
            throw damage.get();
        }
    }

    private PageValues decode(byte... stored) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(stored);
        if (header.crc().isPresent() && (int) crc.getValue() != header.crc().getAsInt()) {
            throw new IOException("the checksum of a page does not match");
        }
        int entries = dictionary.map(ParquetPage::size).orElse(0);
        return new PageDecoder(column, compression, header, entries, cache.most()).decode(stored);
    }
}
