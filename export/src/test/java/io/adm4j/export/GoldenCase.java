package io.adm4j.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.Golden;
import io.adm4j.export.importer.torch.TorchCheckpoint;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A golden case: its settings and its arrays. */
public record GoldenCase(String name, JsonNode settings, Map<String, Tensor> arrays) {
    private static final double GRADIENT_TOLERANCE = 5e-4;

    public static GoldenCase load(String name) {
        return new GoldenCase(name, json(name), Npz.read(Golden.file(name + ".npz")));
    }

    public static JsonNode json(String name) {
        try {
            return new ObjectMapper().readTree(Golden.file(name + ".json").toFile());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Map<String, Tensor> weights(String network) {
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(Golden.file(network + ".pt"))) {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            checkpoint.names().forEach(n -> weights.put(n, checkpoint.readFloat32(n)));
            return weights;
        }
    }

    /** Names of the cases that have a network's weights and a file {@code prefix*.npz}, sorted. */
    public static List<String> networks(String prefix) {
        return Golden.cases(prefix).stream()
                .filter(name -> Files.exists(Golden.file(name + ".pt")))
                .toList();
    }

    /** Row {@code index} of an array without its first dimension. */
    public Tensor row(String array, int index) {
        Tensor all = arrays.get(array);
        return all.rows(index, index + 1).reshape(Arrays.copyOfRange(all.shape(), 1, all.rank()));
    }

    /** Fails unless |actual - expected| ≤ absolute + relative·|expected| everywhere. */
    public static void assertClose(String what, Tensor expected, Tensor actual, double absolute, double relative) {
        assertArrayEquals(expected.shape(), actual.shape(), what);
        float[] e = expected.toFloatArray();
        float[] a = actual.toFloatArray();
        for (int i = 0; i < e.length; i++) {
            if (!(Math.abs(a[i] - e[i]) <= absolute + relative * Math.abs(e[i]))) {
                fail(what + " at " + i + ": " + a[i] + " instead of " + e[i]);
            }
        }
    }

    /** The largest absolute value. */
    public static double largest(Tensor tensor) {
        double largest = 0;
        for (float value : tensor.toFloatArray()) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    /** The largest difference between values at the same place; fails unless there are as many. */
    public static double distance(Tensor expected, Tensor actual) {
        float[] e = expected.toFloatArray();
        float[] a = actual.toFloatArray();
        assertEquals(e.length, a.length);
        double largest = 0;
        for (int i = 0; i < e.length; i++) {
            largest = Math.max(largest, Math.abs((double) e[i] - a[i]));
        }
        return largest;
    }

    /**
     * Fails unless a gradient is the golden one within 5e-4 of its largest value: the published float32 sums are
     * themselves off by up to 1.6e-4 of it.
     */
    public static void assertGradient(String what, Tensor expected, Tensor actual) {
        assertClose(what, expected, actual, GRADIENT_TOLERANCE * largest(expected), 0);
    }
}
