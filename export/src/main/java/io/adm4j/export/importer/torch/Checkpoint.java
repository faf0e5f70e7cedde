package io.adm4j.export.importer.torch;

import io.adm4j.export.importer.CheckpointException;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Named tensors in a file that is not trusted. Opening reads names and shapes; each tensor is read when asked for. Every
 * error is a {@link CheckpointException} of one sentence.
 */
public sealed interface Checkpoint extends AutoCloseable permits TorchCheckpoint, SafetensorsCheckpoint {

    /** The type and shape of a tensor as it is read; bfloat16 is given as FLOAT32. */
    record Entry(ElementType type, long[] shape) {}

    /** As {@link #open(Path, Optional)}, with the default where the file holds several state dicts. */
    static Checkpoint open(Path file) {
        return open(file, Optional.empty());
    }

    /**
     * Whether a file begins as a checkpoint does, damaged or not.
     *
     * @throws CheckpointException if it cannot be read
     */
    static boolean isOne(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] first = in.readNBytes(2);
            boolean zip = first.length == 2 && first[0] == 'P' && first[1] == 'K';
            return zip || TorchStream.begins(file) || SafetensorsCheckpoint.begins(file);
        } catch (IOException e) {
            throw new CheckpointException(file + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /**
     * Opens a file of any format that is known; its content tells which, not its name.
     *
     * @param entry which of the {@link #entries}; empty for the only one, moving average or usual name
     * @throws CheckpointException if it is no checkpoint, or is damaged
     */
    static Checkpoint open(Path file, Optional<String> entry) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException("There is no checkpoint file " + file + ".");
        }
        try {
            if (!SafetensorsCheckpoint.begins(file)) {
                return TorchCheckpoint.open(file, entry);
            }
            if (entry.isPresent()) {
                throw new CheckpointException(
                        file + " is a safetensors file, which has no entries: leave out --entry.");
            }
            return SafetensorsCheckpoint.open(file);
        } catch (IOException e) {
            throw new CheckpointException(file + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /** The file that was opened. */
    Path file();

    /** Where in the file the state dict is that was opened: keys joined by slashes; empty for the outermost. */
    String chosenEntry();

    /** Where all state dicts of the file are, {@link #chosenEntry} among them. */
    List<String> entries();

    /** The tensors' names, in the file's order. */
    Set<String> names();

    /**
     * Type and shape of a tensor.
     *
     * @throws CheckpointException if there is none of that name
     */
    Entry entry(String name);

    /**
     * Reads a tensor in its own type (bfloat16 as float32), in row-major order.
     *
     * @throws CheckpointException if there is none of that name, or the file is damaged
     */
    Tensor read(String name);

    @Override
    void close();

    /** The tensors' shapes by name, in the file's order; a copy. */
    default Map<String, List<Long>> shapes() {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        names().forEach(name ->
                shapes.put(name, Arrays.stream(entry(name).shape()).boxed().toList()));
        return shapes;
    }

    /**
     * Reads a tensor of any floating-point type as float32.
     *
     * @throws CheckpointException if there is none of that name, it holds integers, or the file is damaged
     */
    default Tensor readFloat32(String name) {
        return switch (entry(name).type()) {
            case FLOAT32 -> read(name);
            case FLOAT16, FLOAT64 -> StoredElements.toFloat32(read(name));
            default ->
                throw new CheckpointException("The tensor '" + RestrictedUnpickler.printable(name) + "' in " + file()
                        + " holds integers where weights are needed.");
        };
    }
}
