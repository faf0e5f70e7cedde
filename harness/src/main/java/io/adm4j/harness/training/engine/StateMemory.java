package io.adm4j.harness.training.engine;

import io.adm4j.feedback.UserError;
import io.adm4j.runtime.RuntimeFailure;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for the state of training, which may be many times what the JVM grants to its heap and to direct buffers.
 *
 * <p>Each block is a private mapping of one empty file: the system gives it pages of its own as soon as something is written
 * there, and none of them reaches the file, whose length is that of one block and which takes no room on the disk.
 */
final class StateMemory {
    private final Path folder;

    /** @param folder where the file may be; exists */
    StateMemory(Path folder) {
        this.folder = folder;
    }

    /**
     * Arrays of zeros.
     *
     * @throws RuntimeFailure if there is too little memory
     */
    List<StateArray> zeros(StateLayout layout, int count) {
        Path file = folder.resolve("memory");
        try {
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                channel.truncate(0);
                channel.write(ByteBuffer.allocate(1), (long) layout.largestBlock() * Float.BYTES - 1);
                List<StateArray> arrays = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    arrays.add(zeros(channel, layout));
                }
                return arrays;
            } catch (OutOfMemoryError e) {
                throw tooLittle(layout, count, e);
            } finally {
                file.toFile().deleteOnExit();
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("allocate memory")) {
                throw tooLittle(layout, count, e);
            }
            throw new UserError("Cannot write " + file + ": " + e.getMessage() + ".", e);
        }
    }

    private static StateArray zeros(FileChannel channel, StateLayout layout) throws IOException {
        List<Tensor> blocks = new ArrayList<>();
        for (int elements : layout.blockElements()) {
            ByteBuffer memory = channel.map(FileChannel.MapMode.PRIVATE, 0, (long) elements * Float.BYTES);
            blocks.add(Tensor.wrap(ElementType.FLOAT32, memory, elements));
        }
        return new StateArray(layout, blocks);
    }

    private static RuntimeFailure tooLittle(StateLayout layout, int count, Throwable cause) {
        return new RuntimeFailure(
                "There is too little memory: weights, gradients, moments and averages take "
                        + ((layout.elements() * count * Float.BYTES) >> 20)
                        + " MiB; train a narrower network, or keep fewer averages (--ema-rate).",
                cause);
    }
}
