package io.adm4j.harness.zoo;

import io.adm4j.feedback.UserError;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A mirror of the published files: an http(s) address, a {@code file:} address, a folder, or one file. A folder
 * has them under the publisher's paths or all side by side.
 */
public final class Mirror {
    private final String given;

    /** @param given what the user wrote; null for the publisher itself */
    public Mirror(String given) {
        this.given = given;
    }

    /**
     * The places where a file may be, the most likely first.
     *
     * @param alone whether it is the only file wanted, so that a single given file is used whatever its name
     * @throws UserError if the mirror cannot have it
     */
    List<FileSource> sources(ReleasedFile file, boolean alone) {
        if (given == null) {
            return List.of(new FileSource.Web(file.address()));
        }
        String lower = given.toLowerCase(Locale.ROOT);
        return lower.startsWith("http://") || lower.startsWith("https://") ? web(file) : local(file, alone);
    }

    private List<FileSource> web(ReleasedFile file) {
        try {
            if (URI.create(given).getPath().endsWith("/" + file.name())) {
                return List.of(new FileSource.Web(URI.create(given)));
            }
            String base = given.endsWith("/") ? given : given + "/";
            Set<URI> addresses = new LinkedHashSet<>();
            addresses.add(URI.create(base + file.path()));
            addresses.add(URI.create(base + file.name()));
            return addresses.stream().<FileSource>map(FileSource.Web::new).toList();
        } catch (IllegalArgumentException e) {
            throw new UserError("--mirror " + given + " is no web address: " + e.getMessage() + ".", e);
        }
    }

    private List<FileSource> local(ReleasedFile file, boolean alone) {
        Path place = place();
        if (Files.isRegularFile(place)) {
            if (!alone && !place.endsWith(file.name())) {
                throw new UserError("--mirror " + given + " is one file, and " + file.name()
                        + " is wanted too: give the folder that has both, or fetch one with --only.");
            }
            return List.of(new FileSource.Local(place));
        }
        if (!Files.isDirectory(place)) {
            throw new UserError("--mirror " + given + " is neither an http address nor a existing file or folder.");
        }
        List<FileSource> found = Stream.of(file.path(), file.name())
                .map(place::resolve)
                .filter(Files::isRegularFile)
                .distinct()
                .<FileSource>map(FileSource.Local::new)
                .toList();
        if (found.isEmpty()) {
            throw new UserError("The folder " + place + " has no file " + file.name() + ".");
        }
        return found;
    }

    private Path place() {
        try {
            return given.startsWith("file:") ? Path.of(URI.create(given)) : Path.of(given);
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            String why = e instanceof InvalidPathException ? "" : " (a file address is file:///folder)";
            throw new UserError("--mirror " + given + " names no file or folder" + why + ".", e);
        }
    }
}
