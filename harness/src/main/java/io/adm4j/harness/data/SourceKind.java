package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.CheckedZip;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.ZipFile;

/** What images come in; for files their first bytes say. */
enum SourceKind {
    FOLDER,
    ARCHIVE,
    TAR,
    PARQUET,
    IMAGE,
    IDX,
    LIST,
    NPZ,
    NPY;

    /** @throws UserError if there is nothing of that name, or it cannot be read */
    static SourceKind of(Path path) {
        if (Shards.isPattern(path, TarImages.ENDING)) {
            return TAR;
        }
        if (Shards.isPattern(path, ParquetImages.ENDING)) {
            return PARQUET;
        }
        if (!Files.exists(path)) {
            throw new UserError("There is no file or folder " + path + ".");
        }
        if (Files.isDirectory(path)) {
            return IdxSource.isIn(path)
                    ? IDX
                    : Shards.areIn(path, TarImages.ENDING)
                            ? TAR
                            : Shards.areIn(path, ParquetImages.ENDING) ? PARQUET : FOLDER;
        }
        try (SeekableByteChannel channel = Files.newByteChannel(path)) {
            ImageBytes bytes = new ImageBytes(channel);
            if (bytes.matches(0, "\u0093NUMPY")) {
                return NPY;
            }
            if (bytes.matches(0, "PK")) {
                return holdsImages(path) ? ARCHIVE : NPZ;
            }
            String name = path.getFileName().toString();
            if (name.toLowerCase(Locale.ROOT).endsWith(TarImages.ENDING) || bytes.matches(257, "ustar")) {
                return TAR;
            }
            if (bytes.matches(0, "\u001f\u008b")) {
                throw new UserError(path + " is compressed with gzip: unpack it with gunzip first.");
            }
            if (bytes.matches(0, "PAR1") || bytes.matches(0, "PARE")) {
                return PARQUET;
            }
            if (ImageFormat.isNamed(name) || ImageFormat.begins(bytes)) {
                return IMAGE;
            }
            if (name.endsWith(".npz") || name.endsWith(".zip")) {
                return NPZ;
            }
            if (name.toLowerCase(Locale.ROOT).endsWith(".csv")) {
                return LIST;
            }
            throw new UserError(path + " is neither an image (" + ImageFormat.endings()
                    + ") nor an npy, npz, zip, tar, parquet or csv file.");
        } catch (IOException | UnreadableImageException e) {
            throw new UserError("The file " + path + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /** An archive that cannot be read is taken as an npz file, whose reader says what is wrong. */
    private static boolean holdsImages(Path archive) {
        try (ZipFile zip = CheckedZip.open(archive)) {
            return zip.stream().noneMatch(e -> e.getName().endsWith(".npy"))
                    && zip.stream().anyMatch(e -> !e.isDirectory());
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }
}
