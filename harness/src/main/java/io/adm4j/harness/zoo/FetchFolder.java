package io.adm4j.harness.zoo;

import io.adm4j.feedback.ProgressListener;
import io.adm4j.feedback.UserError;
import io.adm4j.fetch.Advice;
import io.adm4j.fetch.Downloader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The folder that published files are stored in, each with a record of its checksum. */
public final class FetchFolder {
    /** Environment variable with the folder of everything kept between runs; {@code ~/.cache/adm4j} where it is not set. */
    public static final String HOME_VARIABLE = "ADM4J_HOME";

    /** For messages of downloads. */
    static final Advice ADVICE =
            new Advice("give another with --mirror", "choose another folder with --dir", "the same command");

    private final Path path;
    private final Downloader downloader;

    /**
     * A stored file.
     *
     * @param arrived whether it was fetched just now; otherwise it was stored and has been checked
     */
    public record Fetched(Path file, FetchRecord record, boolean arrived) {}

    FetchFolder(Path path, Downloader downloader) {
        this.path = path;
        this.downloader = downloader;
    }

    /**
     * A folder of fetched files.
     *
     * @param path the folder, or null for the default
     * @param progress notified of each file that is fetched
     */
    public static FetchFolder of(@Nullable Path path, ProgressListener progress) {
        return new FetchFolder(
                path == null ? usual() : path, new Downloader(Downloader.Patience.USUAL, ADVICE, progress));
    }

    private static Path usual() {
        return home().resolve("released");
    }

    /** The folder of everything that is kept between runs. */
    public static Path home() {
        String home = System.getenv(HOME_VARIABLE);
        return home == null || home.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache", "adm4j")
                : Path.of(home);
    }

    public Path path() {
        return path;
    }

    /** The path of a file, stored or not. */
    public Path place(ReleasedFile file) {
        return path.resolve(file.name());
    }

    /** Whether a file is stored. */
    public boolean has(ReleasedFile file) {
        return Files.isRegularFile(place(file));
    }

    /**
     * Checks a stored file against its record; one without a record gets one.
     *
     * @throws UserError if it is not stored, or not the file that it should be
     */
    public FetchRecord check(ReleasedFile file) {
        Path place = place(file);
        try {
            long bytes = Files.size(place);
            if (bytes < file.leastBytes()) {
                throw new UserError(place + " has " + bytes + " bytes, but the published file has at least "
                        + file.leastBytes() + ": it is truncated or another file, so remove it and fetch it again.");
            }
        } catch (IOException e) {
            throw new UserError("There is no file " + place + ".", e);
        }
        FetchRecord record = FetchRecord.check(place);
        requirePublished(file, record);
        return record;
    }

    private void requirePublished(ReleasedFile file, FetchRecord record) {
        file.sha256().filter(published -> !published.equals(record.sha256())).ifPresent(published -> {
            throw new UserError(
                    place(file) + " is not the published file: its sha256 is " + record.sha256() + " instead of "
                            + published + "; remove it and fetch it again, from another mirror if it came from one.");
        });
    }

    /**
     * Fetches a file, or checks it if it is stored.
     *
     * @param alone whether it is the only file that is fetched
     * @throws UserError if it cannot be fetched; without a network the message says which file to put where by hand
     */
    public Fetched fetch(ReleasedFile file, Mirror mirror, boolean alone) {
        Path place = place(file);
        if (has(file)) {
            return new Fetched(place, check(file), false);
        }
        FileSource source = download(file, mirror.sources(file, alone));
        FetchRecord record = FetchRecord.describing(place, source.toString());
        record.write(place);
        requirePublished(file, record);
        return new Fetched(place, record, true);
    }

    private FileSource download(ReleasedFile file, List<FileSource> sources) {
        List<Downloader.NotThere> notThere = new ArrayList<>();
        for (FileSource source : sources) {
            try {
                if (source instanceof FileSource.Web web) {
                    downloader.download(web.address(), place(file), file.leastBytes());
                } else if (source instanceof FileSource.Local local) {
                    downloader.copy(local.file(), place(file), file.leastBytes());
                }
                return source;
            } catch (Downloader.NotThere e) {
                notThere.add(e);
            } catch (Downloader.Unreachable e) {
                throw new UserError(
                        file.name() + " could not be fetched (" + e.getMessage() + "): download " + file.address()
                                + " where there is a network and put it at "
                                + place(file).toAbsolutePath()
                                + ", or give a mirror with --mirror.",
                        e);
            }
        }
        Downloader.NotThere last = notThere.get(notThere.size() - 1);
        throw new UserError(file.name() + " could not be fetched: " + last.getMessage(), last);
    }
}
