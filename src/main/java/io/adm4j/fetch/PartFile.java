package io.adm4j.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adm4j.feedback.UserError;
import io.adm4j.io.AtomicFile;
import io.adm4j.io.DiskSpace;
import io.adm4j.io.LockFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a file that is being fetched: {@code NAME.part}, locked while a process works on it, and beside it
 * {@code NAME.part.json}, which records its origin. If the process is stopped, the bytes received are kept.
 */
final class PartFile implements AutoCloseable {
    private final Path target;
    private final Path part;
    private final Path note;
    private final FileChannel channel;
    private final Advice advice;
    private @Nullable Origin origin;

    /**
     * The origin of a part.
     *
     * @param source address
     * @param validator the server's name for this state of the file (ETag or date); empty if it gave none
     * @param total total length in bytes; -1 if the server did not say
     */
    record Origin(String source, String validator, long total) {}

    private PartFile(Path target, FileChannel channel, Advice advice) {
        this.target = target;
        this.advice = advice;
        part = beside(target, ".part");
        note = beside(target, ".part.json");
        this.channel = channel;
        origin = readNote();
    }

    /**
     * Opens or creates the part of a file and its folder.
     *
     * @throws UserError if another process holds its lock, or it cannot be written
     */
    static PartFile open(Path target, Advice advice) {
        Path part = beside(target, ".part");
        try {
            Files.createDirectories(target.toAbsolutePath().getParent());
            LockFile lock = LockFile.take(part)
                    .orElseThrow(() -> new UserError(
                            "Another process is fetching " + target + ": wait for it, or stop it first."));
            return new PartFile(target, lock.channel(), advice);
        } catch (IOException e) {
            throw cannotWrite(part, e);
        }
    }

    private @Nullable Origin readNote() {
        try {
            JsonNode json = new ObjectMapper().readTree(note.toFile());
            return new Origin(
                    json.path("source").asText(),
                    json.path("validator").asText(),
                    json.path("total").asLong(-1));
        } catch (IOException e) {
            // Without a note the origin of the bytes is unknown, so none are used.
            return null;
        }
    }

    /** Number of bytes stored, if they are the beginning of the file at {@code source}; else 0. */
    long usable(String source) {
        return origin != null && origin.source().equals(source) ? size() : 0;
    }

    /** The origin of the part, or null. */
    @Nullable
    Origin origin() {
        return origin;
    }

    long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw cannotWrite(part, e);
        }
    }

    /** Discards the bytes and begins another file. */
    void begin(@Nullable Origin newOrigin) {
        try {
            Files.deleteIfExists(note);
            channel.truncate(0);
            origin = newOrigin;
            if (newOrigin != null) {
                Files.writeString(
                        note,
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("source", newOrigin.source())
                                .put("validator", newOrigin.validator())
                                .put("total", newOrigin.total())
                                .toString());
            }
        } catch (IOException e) {
            throw cannotWrite(part, e);
        }
    }

    /** Adds bytes at the end. */
    void append(byte[] bytes, int count) {
        try {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
            channel.position(channel.size());
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw cannotWrite(part, e);
        }
    }

    /** Gives the file its name, atomically. */
    void finish() {
        try {
            channel.force(true);
            AtomicFile.rename(part, target);
            Files.deleteIfExists(note);
        } catch (IOException e) {
            throw cannotWrite(target, e);
        }
    }

    /** Checks that the disk has room for this many more bytes. */
    void requireRoom(long bytes) {
        new DiskSpace(part).require("The file " + target, bytes, advice.folder());
    }

    /** Releases the lock; an empty part is removed. */
    @Override
    public void close() {
        try {
            if (channel.isOpen() && channel.size() == 0 && Files.exists(part)) {
                Files.deleteIfExists(note);
                Files.deleteIfExists(part);
            }
            channel.close();
        } catch (IOException e) {
            throw cannotWrite(part, e);
        }
    }

    private static Path beside(Path target, String ending) {
        return target.resolveSibling(target.getFileName() + ending);
    }

    private static UserError cannotWrite(Path file, IOException e) {
        return new UserError("The file " + file + " could not be written: " + e.getMessage() + ".", e);
    }
}
