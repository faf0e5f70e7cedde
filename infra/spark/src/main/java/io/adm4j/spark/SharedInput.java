package io.adm4j.spark;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.spark.SparkFiles;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A file or folder that a job reads on each executor: a bundle, a feature network, images.
 *
 * <p>A path of the driver is sent to the executors by Spark. {@code local:PATH} is a path that every executor has. Any other
 * address is copied once per executor from the file system that Hadoop finds for it.
 */
final class SharedInput implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final String LOCAL = "local:";

    private final String location;
    private final String name;
    private final Route route;
    private final RemoteFolder parent;

    private enum Route {
        SENT,
        EVERYWHERE,
        COPIED
    }

    private SharedInput(String location, String name, Route route, RemoteFolder parent) {
        this.location = location;
        this.name = name;
        this.route = route;
        this.parent = parent;
    }

    /**
     * Makes a file or folder available to executors.
     *
     * @param location a path, {@code local:PATH} or a URI
     * @throws UserError if it is a path and nothing is there
     */
    static SharedInput of(String location, JobContext context) {
        if (location.startsWith(LOCAL)) {
            return new SharedInput(location, "", Route.EVERYWHERE, context.folder("/"));
        }
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(location);
        if (isAddress(location)) {
            return new SharedInput(
                    location,
                    path.getName(),
                    Route.COPIED,
                    context.folder(path.getParent().toString()));
        }
        Path here = local(location).toAbsolutePath().normalize();
        if (!Files.exists(here)) {
            throw new UserError("There is no " + location
                    + " on the machine that starts the job: give a path of this machine, local:PATH for one that every executor"
                    + " has, or an address such as hdfs: or s3a:.");
        }
        return new SharedInput(location, send(here, context.spark()), Route.SENT, context.folder("/"));
    }

    /** Whether a location is the address of another file system, or of every executor, rather than a path of this machine. */
    static boolean isAddress(String location) {
        String scheme = new org.apache.hadoop.fs.Path(location).toUri().getScheme();
        return scheme != null && !scheme.equals("file");
    }

    private static Path local(String location) {
        return Path.of(new org.apache.hadoop.fs.Path(location).toUri().getPath());
    }

    /**
     * Where a file or folder lies for the driver, without making it available to executors.
     *
     * @param location as above
     */
    static Path onDriver(String location, JobContext context) {
        return isAddress(location) ? of(location, context).here() : local(location);
    }

    /** The name under which Spark has the file, or the folder as unpacked archive. */
    private static String send(Path here, JavaSparkContext spark) {
        try {
            Path folder = Files.createTempDirectory("adm4j");
            if (Files.isRegularFile(here)) {
                // Spark knows files by their names, which may be the same in several folders.
                String name = UUID.randomUUID() + "-" + here.getFileName();
                spark.addFile(Files.createSymbolicLink(folder.resolve(name), here)
                        .toUri()
                        .toString());
                return name;
            }
            String name = here.getFileName() + "-" + UUID.randomUUID();
            Path zip = folder.resolve(name + ".zip");
            pack(here, zip);
            spark.sc().addArchive(zip + "#" + name);
            return name;
        } catch (IOException e) {
            throw new UserError(here + " could not be sent to the executors: " + e.getMessage() + ".", e);
        }
    }

    private static void pack(Path folder, Path zip) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip));
                Stream<Path> files = Files.walk(folder)) {
            // Weights do not compress.
            out.setLevel(0);
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new ZipEntry(folder.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }

    /** As the user gave it. */
    String location() {
        return location;
    }

    /**
     * Where it lies on this executor; copied there at the first call.
     *
     * @throws UserError if it is not there
     */
    Path here() {
        Path path = switch (route) {
            case EVERYWHERE -> Path.of(location.substring(LOCAL.length()));
            case SENT -> Path.of(SparkFiles.get(name));
            case COPIED -> copied();
        };
        if (!Files.exists(path)) {
            throw new UserError(
                    location + " is missing on the executor " + ExecutorState.name() + ": put it there, or give a"
                            + " path of the machine that starts the job or an address such as hdfs: or s3a:.");
        }
        return path;
    }

    /**
     * Where it lies on the driver, which need not fetch what it has sent.
     *
     * @throws UserError if it is not there
     */
    Path onDriver() {
        return route == Route.SENT ? local(location) : here();
    }

    private Path copied() {
        return ExecutorState.once("copy of " + location, () -> {
            Path target = ExecutorState.folder().resolve(name);
            parent.folder(name).getAll(target);
            return target;
        });
    }
}
