package io.adm4j.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Opens untrusted zip archives. {@link ZipFile} allocates memory for as many entries as an archive's last record claims, up
 * to gigabytes for a file of a few bytes; here that record is first checked against the size of the file.
 */
public final class CheckedZip {
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int LOCATOR64_SIGNATURE = 0x07064b50;
    private static final int LOCATOR64_BYTES = 20;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int END64_BYTES = 56;

    /** The smallest size of an entry in the directory. */
    private static final int ENTRY_BYTES = 46;

    private CheckedZip() {}

    /**
     * Opens an archive; names in it are UTF-8.
     *
     * @throws IOException if the file cannot be read, is no zip archive, has anything after its end, or claims a directory
     *     that it cannot hold
     */
    public static ZipFile open(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            checkEnd(channel);
        }
        try {
            return new ZipFile(file.toFile(), StandardCharsets.UTF_8);
        } catch (RuntimeException e) {
            throw damaged("it cannot be parsed", e);
        }
    }

    private static void checkEnd(FileChannel channel) throws IOException {
        long size = channel.size();
        ByteBuffer end = read(channel, size - END_BYTES, END_BYTES);
        if (end == null || end.getInt(0) != END_SIGNATURE || end.getShort(20) != 0) {
            throw damaged("it does not end as a zip archive does", null);
        }
        ByteBuffer locator = read(channel, size - END_BYTES - LOCATOR64_BYTES, LOCATOR64_BYTES);
        if (locator != null && locator.getInt(0) == LOCATOR64_SIGNATURE) {
            ByteBuffer end64 = read(channel, locator.getLong(8), END64_BYTES);
            if (end64 == null || end64.getInt(0) != END64_SIGNATURE) {
                throw damaged("its last record is not where it should be", null);
            }
            checkDirectory(end64.getLong(32), end64.getLong(40), end64.getLong(48), size);
        } else {
            checkDirectory(
                    Short.toUnsignedLong(end.getShort(10)),
                    Integer.toUnsignedLong(end.getInt(12)),
                    Integer.toUnsignedLong(end.getInt(16)),
                    size);
        }
    }

    private static void checkDirectory(long entries, long bytes, long offset, long size) throws ZipException {
        boolean within = bytes >= 0 && offset >= 0 && bytes <= size && offset <= size - bytes;
        if (!within || entries < 0 || entries > bytes / ENTRY_BYTES) {
            throw damaged("its directory would not fit into it", null);
        }
    }

    /** Bytes of the file; null if it has none there. */
    private static @Nullable ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
        if (at < 0 || at > channel.size() - length) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, at + bytes.position()) < 0) {
                return null;
            }
        }
        return bytes;
    }

    private static ZipException damaged(String how, @Nullable RuntimeException cause) {
        ZipException e = new ZipException(how);
        e.initCause(cause);
        return e;
    }
}
