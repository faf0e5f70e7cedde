package io.adm4j.harness.data.parquet;

import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** How pages are compressed, in the order of the format's numbers. */
enum Compression {
    UNCOMPRESSED(null),
    SNAPPY(SnappyDecompressor::new),
    GZIP(null),
    LZO(null),
    BROTLI(null),
    /** Hadoop's framing of it, which was never specified. */
    LZ4(null),
    ZSTD(ZstdDecompressor::new),
    LZ4_RAW(Lz4Decompressor::new);

    private final Supplier<Decompressor> decompressor;

    /** @param decompressor null if it is another's work, or not known */
    Compression(Supplier<Decompressor> decompressor) {
        this.decompressor = decompressor;
    }

    /** @throws IOException if it cannot be read here */
    static Compression of(long number) throws IOException {
        if (number >= LZO.ordinal() && number <= LZ4.ordinal() || number < 0 || number >= values().length) {
            throw new IOException("it is compressed with "
                    + (number >= 0 && number < values().length ? values()[(int) number] : "codec " + number)
                    + ", which is not read: write it with snappy, gzip, zstd, lz4_raw or none");
        }
        return values()[(int) number];
    }

    /**
     * Decompresses bytes, all of them.
     *
     * @param bytes not modified
     * @param from of the first
     * @param target modified from {@code to} to its end, which must be reached
     * @throws IOException if they are damaged
     */
    void decompress(byte[] bytes, int from, byte[] target, int to) throws IOException {
        int length = bytes.length - from;
        int expected = target.length - to;
        if (expected == 0) {
            // As where all values are null, for which some writers store nothing.
            return;
        }
        if (this == UNCOMPRESSED) {
            require(length == expected);
            System.arraycopy(bytes, from, target, to, length);
        } else if (this == GZIP) {
            try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes, from, length))) {
                require(in.readNBytes(target, to, expected) == expected && in.read() < 0);
            } catch (EOFException | ZipException e) {
                throw new IOException("a page is damaged", e);
            }
        } else {
            // Its exceptions are those of the runtime.
            require(decompressor.get().decompress(bytes, from, length, target, to, expected) == expected);
        }
    }

    private static void require(boolean whole) throws IOException {
        if (!whole) {
            throw new IOException("a page does not have the size that it should have");
        }
    }
}
