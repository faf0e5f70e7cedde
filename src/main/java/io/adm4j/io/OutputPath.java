package io.adm4j.io;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Where a command writes a result. The checks come before the work whose result would be lost; they create nothing.
 *
 * @param option the command's option, for messages
 * @param path file or folder to write
 */
public record OutputPath(String option, Path path) {
    /**
     * Checks that a file can be written here; an existing file may be replaced.
     *
     * @throws UserError if this is a folder or no regular file, or permission or a folder to hold it is missing
     */
    public void requireFile() {
        if (Files.isDirectory(path)) {
            throw refusal("is a folder, which a file does not replace: name a file in it");
        }
        if (Files.exists(path)) {
            if (!Files.isRegularFile(path)) {
                throw refusal("is not a regular file: name another one");
            }
            if (!Files.isWritable(path)) {
                throw refusal("is write-protected: name another file, or change its permissions");
            }
        }
        // The root is a folder, so it was refused above.
        requireWritableFolder(
                Objects.requireNonNull(path.toAbsolutePath().normalize().getParent()));
    }

    /**
     * Checks that the name says what the file is.
     *
     * @param ending of its name, such as {@code .npz}
     * @param kind the file with its article, such as "an npz file"
     * @throws UserError if the name ends otherwise
     */
    public void requireEnding(String ending, String kind) {
        if (!path.toString().endsWith(ending)) {
            throw new UserError(option + " is " + kind + ": let its name end in " + ending + ", not " + path + ".");
        }
    }

    /**
     * Checks that a folder with files in it can be written here; an existing folder keeps what it holds.
     *
     * @throws UserError if this is a file, or permission is missing
     */
    public void requireFolder() {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw refusal("is a file, which a folder does not replace: name another folder");
        }
        requireWritableFolder(path.toAbsolutePath().normalize());
    }

    /**
     * As {@link #requireFolder()}, for a folder that is written under another name beside this one and then renamed.
     *
     * @throws UserError if this is a file, or permission is missing
     */
    public void requireReplaceableFolder() {
        requireFolder();
        Path parent = path.toAbsolutePath().normalize().getParent();
        requireWritableFolder(parent == null ? path : parent);
    }

    /** The nearest existing folder above decides: the ones below it are created in it. */
    private void requireWritableFolder(Path folder) {
        Path existing = DiskSpace.nearestExisting(folder);
        if (!Files.isDirectory(existing)) {
            throw refusal("cannot be written: " + existing + " is a file, not a folder");
        }
        if (!Files.isWritable(existing)) {
            throw refusal("cannot be written: permission to write to " + existing + " is missing");
        }
    }

    /**
     * Checks that the disk has room, as far as it tells.
     *
     * @param bytes to be written
     * @throws UserError if there is less
     */
    public void requireRoom(long bytes) {
        new DiskSpace(path).require(option + " " + path, bytes, "name another disk");
    }

    /**
     * Checks that this does not replace something that the command reads or writes elsewhere.
     *
     * @param others paths of inputs and other outputs; null ones are skipped
     * @throws UserError if it is one of them
     */
    public void requireOtherThan(Path... others) {
        for (Path other : others) {
            if (other != null && isSame(other)) {
                throw refusal("is named twice in this command, and would be overwritten: name another file");
            }
        }
    }

    /**
     * Checks that a file that is replaced is one that the command writes itself.
     *
     * @param own whether an existing file is
     * @param kind what the command writes, with its article
     * @throws UserError if it is another one; the message names {@code --force}, which the command has for it
     */
    public void requireOwn(Predicate<Path> own, String kind) {
        if (Files.exists(path) && !own.test(path)) {
            throw refusal("exists and is not " + kind + ": name another file, or give --force to replace it");
        }
    }

    private boolean isSame(Path other) {
        try {
            return Files.exists(path) && Files.exists(other)
                    ? Files.isSameFile(path, other)
                    : path.toAbsolutePath()
                            .normalize()
                            .equals(other.toAbsolutePath().normalize());
        } catch (IOException e) {
            return false;
        }
    }

    private UserError refusal(String problem) {
        return new UserError(option + " " + path + " " + problem + ".");
    }
}
