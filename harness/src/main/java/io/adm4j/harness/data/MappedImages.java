package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;
import io.adm4j.io.DiskSpace;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Images in a temporary file that is mapped into memory, so that they take none of the heap; it goes with the process. */
final class MappedImages implements ImageStore {
    private static final int BUFFER = 1 << 20;

    private final Path file;
    private final OutputStream out;
    private final int imageBytes;
    private final int imagesPerPart;
    private final List<MappedByteBuffer> parts = new ArrayList<>();

    private MappedImages(Path file, OutputStream out, int imageBytes, int imagesPerPart) {
        this.file = file;
        this.out = out;
        this.imageBytes = imageBytes;
        this.imagesPerPart = imagesPerPart;
    }

    /**
     * Creates the file.
     *
     * @param folder for temporary files
     * @param count of images
     * @param imageBytes of each
     * @param mostBytes of one mapping
     * @throws UserError if there is no room for it, or it cannot be written
     */
    static MappedImages create(Path folder, int count, int imageBytes, int mostBytes) {
        new DiskSpace(folder)
                .require(
                        "Reading the images through a file in " + folder,
                        (long) count * imageBytes,
                        "name another folder with JAVA_OPTS=-Djava.io.tmpdir=FOLDER");
        try {
            Path file = Files.createTempFile(folder, "adm4j-images-", ".bin");
            file.toFile().deleteOnExit();
            return new MappedImages(
                    file,
                    new BufferedOutputStream(Files.newOutputStream(file), BUFFER),
                    imageBytes,
                    Math.max(1, mostBytes / imageBytes));
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    @Override
    public void add(byte[] image) {
        try {
            out.write(image);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    @Override
    public void complete() {
        long partBytes = (long) imagesPerPart * imageBytes;
        try {
            out.close();
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                for (long at = 0; at < channel.size(); at += partBytes) {
                    parts.add(channel.map(FileChannel.MapMode.READ_ONLY, at, Math.min(partBytes, channel.size() - at)));
                }
            }
        } catch (IOException e) {
            throw failed(file, e);
        }
        deleteWhereMappedFilesCanGo();
    }

    /** What is mapped stays readable; so nothing is left behind however the process ends. Windows waits for its end. */
    private void deleteWhereMappedFilesCanGo() {
        try {
            Files.delete(file);
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }

    @Override
    public void copy(int index, byte[] target, int offset) {
        parts.get(index / imagesPerPart).get(index % imagesPerPart * imageBytes, target, offset, imageBytes);
    }

    private static UserError failed(Path path, IOException e) {
        return new UserError("The temporary file " + path + " could not be used: " + e.getMessage() + ".", e);
    }
}
