package io.adm4j.harness.data;

import io.adm4j.harness.data.parquet.ParquetPage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** An image file in a folder or an archive. Safe for use by several threads. */
sealed interface ImageEntry {
    int LONGEST_SHOWN = 200;
    int MOST_BYTES = 1 << 30;

    /** Path below the folder or in the archive, with {@code /} between its parts. */
    String name();

    /** The first part of the name if the file is in a folder there; otherwise empty. */
    default String folder() {
        return name().substring(0, Math.max(0, name().indexOf('/')));
    }

    /** The name as messages can hold it: short and without control characters. */
    default String shown() {
        int[] kept = name().codePoints()
                .filter(c -> !Character.isISOControl(c))
                .limit(LONGEST_SHOWN)
                .toArray();
        return new String(kept, 0, kept.length);
    }

    /** All its bytes. */
    byte[] read() throws IOException, UnreadableImageException;

    /**
     * Checks that the file is an image, by its header and its end, without decoding it.
     *
     * @return what its header says
     * @throws UnreadableImageException if it is none, or truncated
     */
    ImageHeader check() throws IOException, UnreadableImageException;

    private static void requireFew(long size) throws UnreadableImageException {
        if (size > MOST_BYTES) {
            throw new UnreadableImageException("it claims to have " + size + " bytes");
        }
    }

    private static ImageHeader check(ImageBytes bytes) throws IOException, UnreadableImageException {
        ImageFormat format = ImageFormat.of(bytes);
        // Before the file's end is read: its begin is in memory.
        ImageHeader header = new ImageHeader(format.stored(bytes), ImageDecoder.size(format, bytes));
        format.requireComplete(bytes);
        return header;
    }

    /** A file on disk, of which the check reads a few blocks. */
    record OnDisk(String name, Path file) implements ImageEntry {
        @Override
        public byte[] read() throws IOException {
            return Files.readAllBytes(file);
        }

        @Override
        public ImageHeader check() throws IOException, UnreadableImageException {
            try (SeekableByteChannel channel = Files.newByteChannel(file)) {
                return ImageEntry.check(new ImageBytes(channel));
            }
        }
    }

    /** A file in a tar archive, which has no checksums. */
    record InTar(String name, Path file, long offset, long size) implements ImageEntry {
        @Override
        public byte[] read() throws IOException, UnreadableImageException {
            requireFew(size);
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            try (SeekableByteChannel channel = Files.newByteChannel(file).position(offset)) {
                while (bytes.hasRemaining()) {
                    if (channel.read(bytes) < 0) {
                        throw UnreadableImageException.truncated();
                    }
                }
            }
            return bytes.array();
        }

        @Override
        public ImageHeader check() throws IOException, UnreadableImageException {
            try (SeekableByteChannel channel = Files.newByteChannel(file)) {
                return ImageEntry.check(new ImageBytes(channel, offset, size));
            }
        }
    }

    /** A value in a column of a Parquet file. */
    record InParquet(ParquetPage page, int index) implements ImageEntry {
        /** With the number of the row, from 0. */
        @Override
        public String name() {
            return "row " + (page.firstRow() + index) + " of " + page.file().getFileName();
        }

        private ByteBuffer bytes() throws UnreadableImageException {
            try {
                return page.bytes(index).orElseThrow(() -> new UnreadableImageException("it has no bytes"));
            } catch (IOException e) {
                throw new UnreadableImageException("its file is damaged: " + e.getMessage(), e);
            }
        }

        @Override
        public byte[] read() throws UnreadableImageException {
            ByteBuffer bytes = bytes();
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            return copy;
        }

        @Override
        public ImageHeader check() throws IOException, UnreadableImageException {
            return ImageEntry.check(new ImageBytes(bytes()));
        }
    }

    /** A file in a zip archive, whose checksum is verified. */
    record InArchive(String name, ZipFile archive, ZipEntry entry) implements ImageEntry {
        @Override
        public byte[] read() throws IOException, UnreadableImageException {
            long size = entry.getSize();
            requireFew(size);
            byte[] bytes;
            try (InputStream in = archive.getInputStream(entry)) {
                // Grows with what is there, not with what the archive claims.
                bytes = in.readNBytes((int) size);
            }
            CRC32 crc = new CRC32();
            crc.update(bytes);
            if (crc.getValue() != entry.getCrc()) {
                throw new UnreadableImageException("its checksum does not match");
            }
            return bytes;
        }

        @Override
        public ImageHeader check() throws IOException, UnreadableImageException {
            return ImageEntry.check(new ImageBytes(read()));
        }
    }
}
