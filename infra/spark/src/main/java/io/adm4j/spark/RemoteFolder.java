package io.adm4j.spark;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;

/**
 * A folder that driver and executors see alike, in any file system that Hadoop reads: {@code file:} on a shared disk, {@code
 * hdfs:}, {@code s3a:}. Its files appear whole or not at all.
 */
final class RemoteFolder implements Serializable {
    private static final long serialVersionUID = 1L;

    private final URI uri;
    private final SerializableConfiguration configuration;

    private RemoteFolder(URI uri, SerializableConfiguration configuration) {
        this.uri = uri;
        this.configuration = configuration;
    }

    /**
     * A folder by its address; nothing is read or made yet.
     *
     * @param location a URI, or a path of the local file system
     * @throws UserError if it is neither
     */
    static RemoteFolder of(String location, SerializableConfiguration configuration) {
        try {
            Path path = new Path(location);
            URI uri = path.toUri().getScheme() == null
                    ? Paths.get(location).toAbsolutePath().normalize().toUri()
                    : path.toUri();
            return new RemoteFolder(uri, configuration);
        } catch (IllegalArgumentException e) {
            throw new UserError(location + " is neither a path nor an address: " + e.getMessage() + ".", e);
        }
    }

    /** A folder in this one. */
    RemoteFolder folder(String name) {
        return new RemoteFolder(path(name).toUri(), configuration);
    }

    /** Where it lies on this machine, if it is of the local file system. */
    Optional<java.nio.file.Path> path() {
        return "file".equals(uri.getScheme()) ? Optional.of(Paths.get(uri)) : Optional.empty();
    }

    /** The address for Spark and for messages. */
    String address() {
        return uri.toString();
    }

    private Path path(String name) {
        return new Path(new Path(uri), name);
    }

    private FileSystem files() throws IOException {
        FileSystem files;
        try {
            files = FileSystem.get(uri, configuration.value());
        } catch (RuntimeException e) {
            // As where the class of the file system is missing, or its settings are wrong.
            throw new UserError(
                    address() + " cannot be used: " + SparkFailure.firstLine(e)
                            + "; give spark-submit the library of that file system with --packages, and its settings.",
                    e);
        }
        // Hadoop would put a checksum file beside each local file.
        return files instanceof LocalFileSystem local ? local.getRaw() : files;
    }

    /** Whether the folder has a file of this name. */
    boolean has(String name) {
        try {
            return files().exists(path(name));
        } catch (IOException e) {
            throw failure("read", e);
        }
    }

    /** The names of the folder's files, in order; none where there is no folder. */
    List<String> names() {
        return list(FileStatus::isFile);
    }

    /** The names of the folders in this one, in order; none where there is no folder. */
    List<String> folders() {
        return list(FileStatus::isDirectory);
    }

    private List<String> list(Predicate<FileStatus> wanted) {
        try {
            Path folder = new Path(uri);
            if (!files().exists(folder)) {
                return List.of();
            }
            List<String> names = new ArrayList<>();
            for (FileStatus status : files().listStatus(folder)) {
                if (wanted.test(status)) {
                    names.add(status.getPath().getName());
                }
            }
            names.sort(null);
            return names;
        } catch (IOException e) {
            throw failure("read", e);
        }
    }

    /** The text of a file. */
    String text(String name) {
        try (var in = files().open(path(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw failure("read", e);
        }
    }

    /** Writes a text; replaces the file of this name. */
    void putText(String name, String text) {
        try {
            java.nio.file.Path local = Files.createTempFile("adm4j", ".txt");
            Files.writeString(local, text);
            put(name, local);
        } catch (IOException e) {
            throw failure("written to", e);
        }
    }

    /** Moves a local file here; replaces the file of this name. */
    void put(String name, java.nio.file.Path local) {
        put(name, local, true);
    }

    /** Copies a local file here under its own name; replaces the file of this name. */
    void putCopy(java.nio.file.Path local) {
        put(local.getFileName().toString(), local, false);
    }

    private void put(String name, java.nio.file.Path local, boolean move) {
        try {
            FileSystem files = files();
            files.mkdirs(new Path(uri));
            // Two tries of one task may write at the same time, each its own.
            Path part = path("." + name + "." + UUID.randomUUID() + ".part");
            files.copyFromLocalFile(move, true, new Path(local.toUri()), part);
            Path whole = path(name);
            if (!files.rename(part, whole)) {
                // Not every file system replaces a file by a rename.
                files.delete(whole, false);
                if (!files.rename(part, whole)) {
                    throw new IOException("it could not be renamed to " + whole);
                }
            }
        } catch (IOException e) {
            throw failure("written to", e);
        }
    }

    /** Copies a file to the local disk. */
    void get(String name, java.nio.file.Path local) {
        try (var in = files().open(path(name))) {
            Files.copy(in, local);
        } catch (IOException e) {
            throw failure("read", e);
        }
    }

    /** Copies the folder with all below it to the local disk. */
    void getAll(java.nio.file.Path local) {
        try {
            files().copyToLocalFile(false, new Path(uri), new Path(local.toUri()), true);
        } catch (IOException e) {
            throw failure("read", e);
        }
    }

    /** Removes the folder with all below it. */
    void delete() {
        try {
            files().delete(new Path(uri), true);
        } catch (IOException e) {
            throw failure("removed", e);
        }
    }

    private UserError failure(String what, IOException e) {
        String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new UserError(address() + " could not be " + what + ": " + reason + ".", e);
    }
}
