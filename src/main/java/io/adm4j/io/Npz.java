package io.adm4j.io;

import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads and writes whole npz archives; {@link NpzReader} and {@link NpzWriter} stream. */
public final class Npz {
    private Npz() {}

    /**
     * All arrays by name, in the order of the archive.
     *
     * @throws ArrayFileException if the archive or an array in it cannot be read
     */
    public static Map<String, Tensor> read(Path file) {
        try (NpzReader reader = NpzReader.open(file)) {
            Map<String, Tensor> arrays = new LinkedHashMap<>();
            for (String name : reader.names()) {
                arrays.put(name, reader.read(name));
            }
            return arrays;
        }
    }

    /**
     * Writes all arrays, uncompressed, in the order of the map.
     *
     * @throws ArrayFileException if the file cannot be written
     */
    public static void write(Path file, Map<String, Tensor> arrays) {
        try (NpzWriter writer = NpzWriter.create(file)) {
            arrays.forEach(writer::write);
            writer.finish();
        }
    }
}
