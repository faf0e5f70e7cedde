package io.adm4j.export.importer.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.adm4j.feedback.UserError;
import io.adm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateDictWriterTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"weights.pt", "weights.safetensors"})
    void whatIsWrittenIsRead(String name) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        weights.put("input_blocks.0.0.weight", Tensor.of(new float[] {1, -2, 3, 4, 5, 6}, 3, 2));
        weights.put("out.2.bias", Tensor.of(new float[] {Float.MIN_VALUE, -0f}, 2));
        weights.put("größe", Tensor.of(new float[300], 1, 300, 1));
        Path file = folder.resolve(name);

        new StateDictWriter(weights).write(file);

        try (Checkpoint read = Checkpoint.open(file, Optional.empty())) {
            assertEquals(weights.keySet(), read.shapes().keySet());
            weights.forEach((key, weight) -> {
                Tensor found = read.readFloat32(key);
                assertArrayEquals(weight.shape(), found.shape(), key);
                assertArrayEquals(weight.toFloatArray(), found.toFloatArray(), 0, key);
            });
        }
        assertFalse(Files.exists(folder.resolve(name + ".part")));
    }

    @Test
    void otherEndingsAreRefused() {
        UserError e = assertThrows(
                UserError.class, () -> new StateDictWriter(Map.of()).write(folder.resolve("weights.onnx")));
        assertEquals(
                "Weights are written to a file that ends in .pt or .safetensors, not to "
                        + folder.resolve("weights.onnx") + ".",
                e.getMessage());
    }
}
