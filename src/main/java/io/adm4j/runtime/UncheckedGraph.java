package io.adm4j.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** A graph in a file, taken as it is. */
record UncheckedGraph(Path file) implements GraphSource {
    @Override
    public String name() {
        return file.toString();
    }

    /** External data are the files in the folder whose names begin with the graph's. */
    @Override
    public long bytes() {
        Path folder = file.toAbsolutePath().getParent();
        String name = file.getFileName().toString();
        try (Stream<Path> files = Files.list(folder)) {
            long sum = 0;
            for (Path found : files.filter(f -> f.getFileName().toString().startsWith(name))
                    .toList()) {
                sum += Files.size(found);
            }
            return sum;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public GraphContent open() {
        try {
            // ONNX Runtime does not follow symbolic links to weights.
            Path real = file.toRealPath();
            if (!Files.isRegularFile(real)) {
                throw new RuntimeFailure(file + " is no file, but a graph is wanted.");
            }
            return Files.size(real) > LARGEST_IN_MEMORY
                    ? GraphContent.inFile(real, () -> {})
                    : GraphContent.inMemory(read(real), real, () -> {});
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static ByteBuffer read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact(channel.size()));
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // A file that is cut meanwhile ends earlier.
            }
            return bytes.flip();
        }
    }

    private RuntimeFailure failure(IOException e) {
        return new RuntimeFailure(
                e instanceof NoSuchFileException
                        ? "There is no file " + file + "."
                        : file + " could not be read: " + e.getMessage() + ".",
                e);
    }
}
