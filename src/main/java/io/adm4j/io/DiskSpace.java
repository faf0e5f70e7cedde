package io.adm4j.io;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/** The room on the disk of a path, which need not exist yet. */
public final class DiskSpace {
    private static final double MEGABYTE = 1e6;

    private final Path path;

    /** @param path a file or folder, or one that will be created */
    public DiskSpace(Path path) {
        this.path = path.toAbsolutePath().normalize();
    }

    /** Free bytes, as far as the disk tells. */
    public OptionalLong free() {
        try {
            return OptionalLong.of(Files.getFileStore(nearestExisting(path)).getUsableSpace());
        } catch (IOException e) {
            // Unknown here: writing tells.
            return OptionalLong.empty();
        }
    }

    /**
     * Checks that the disk has room, as far as it tells.
     *
     * @param subject what needs the room, as the message's first words
     * @param bytes to be written
     * @param remedy what else helps than to make room
     * @throws UserError if there is less
     */
    public void require(String subject, long bytes, String remedy) {
        OptionalLong free = free();
        if (free.isPresent() && free.getAsLong() < bytes) {
            throw new UserError(String.format(
                    Locale.ROOT,
                    "%s needs about %.0f MB, and %.0f MB are free on its disk: make room or %s.",
                    subject,
                    Math.ceil(bytes / MEGABYTE),
                    Math.floor(free.getAsLong() / MEGABYTE),
                    remedy));
        }
    }

    /** The nearest existing file or folder: the ones below it are created in it. */
    static Path nearestExisting(Path path) {
        Path existing = path;
        while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return existing;
    }
}
