package io.adm4j.export.importer.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Initializer;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.importer.CheckpointException;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files here were saved by PyTorch; element i of a base array is i/4 - 1. */
class TorchCheckpointTest {

    @Test
    void readsTypesViewsAndParameters() {
        try (TorchCheckpoint c = TorchCheckpoint.open(resource("variety.pt"))) {
            assertArrayEquals(base(6, i -> i), c.readFloat32("float").toFloatArray());
            assertArrayEquals(base(6, i -> i), c.readFloat32("double").toFloatArray());
            assertArrayEquals(base(6, i -> i), c.readFloat32("bfloat16").toFloatArray());
            assertArrayEquals(base(4, i -> i), c.readFloat32("parameter").toFloatArray());
            // Base [4, 6], transposed to [6, 4].
            assertArrayEquals(
                    base(24, i -> i % 4 * 6 + i / 4),
                    c.readFloat32("transposed").toFloatArray());
            // Base [4, 6], rows 1 and 2, columns 2 to 4.
            assertArrayEquals(
                    base(6, i -> 6 + i / 3 * 6 + 2 + i % 3),
                    c.readFloat32("window").toFloatArray());
            assertArrayEquals(base(24, i -> i), c.readFloat32("channels_last").toFloatArray());
            assertArrayEquals(
                    base(6, i -> i / 2 * 4 + 1 + i % 2),
                    c.readFloat32("half_strided").toFloatArray());
            assertArrayEquals(
                    base(6, i -> i % 2 * 3 + i / 2),
                    c.readFloat32("bfloat16_transposed").toFloatArray());
            assertArrayEquals(new float[] {2.5f}, c.readFloat32("scalar").toFloatArray());
            assertEquals(0, c.readFloat32("scalar").rank());
            assertArrayEquals(new long[] {0, 3}, c.readFloat32("empty").shape());
            assertArrayEquals(new long[] {1, -2, 1L << 40}, c.read("integers").toLongArray());
        }
    }

    @Test
    void halfPrecisionCoversItsSpecialValues() {
        try (TorchCheckpoint c = TorchCheckpoint.open(resource("variety.pt"))) {
            assertArrayEquals(
                    new float[] {
                        0f,
                        -0f,
                        1f,
                        -2.5f,
                        65504f,
                        0x1p-14f,
                        0x1p-24f,
                        Float.POSITIVE_INFINITY,
                        Float.NEGATIVE_INFINITY,
                        0.333251953125f
                    },
                    c.readFloat32("half").toFloatArray());
            assertEquals(ElementType.FLOAT16, c.read("half").type());
            assertEquals(ElementType.FLOAT16, c.entry("half").type());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"module.pt", "module-protocol4.pt", "module-old-format.pt"})
    void readsAModulesStateDict(String file) {
        try (TorchCheckpoint c = TorchCheckpoint.open(resource(file))) {
            assertEquals(List.of("0.weight", "0.bias", "2.weight", "2.bias"), List.copyOf(c.names()));
            assertArrayEquals(new long[] {2, 3}, c.entry("0.weight").shape());
            assertArrayEquals(base(6, i -> i), c.readFloat32("0.weight").toFloatArray());
        }
    }

    @Test
    void whatCannotBeReadIsSaid() {
        assertThrows(CheckpointException.class, () -> TorchCheckpoint.open(Path.of("no-such-file.pt")));
        try (TorchCheckpoint c = TorchCheckpoint.open(resource("variety.pt"))) {
            assertThrows(CheckpointException.class, () -> c.read("nothing"));
            assertThrows(CheckpointException.class, () -> c.readFloat32("integers"));
        }
    }

    @Test
    void weightsThatFitAreRead() {
        try (TorchCheckpoint c = TorchCheckpoint.open(resource("module.pt"))) {
            Map<String, Tensor> weights = weights(
                    c,
                    parameters(Map.of(
                            "0.weight",
                            new long[] {2, 3},
                            "0.bias",
                            new long[] {2},
                            "2.weight",
                            new long[] {2},
                            "2.bias",
                            new long[] {2})));
            assertArrayEquals(base(2, i -> i), weights.get("2.bias").toFloatArray());
        }
    }

    @Test
    void weightsCanBeReadOneByOne() {
        Map<String, Tensor> view;
        try (TorchCheckpoint c = TorchCheckpoint.open(resource("module.pt"))) {
            view = weights(
                    c,
                    parameters(Map.of(
                            "0.weight",
                            new long[] {2, 3},
                            "0.bias",
                            new long[] {2},
                            "2.weight",
                            new long[] {2},
                            "2.bias",
                            new long[] {2})));
            assertEquals(4, view.size());
            assertTrue(view.containsKey("0.bias"));
            assertNull(view.get("nothing"));
            assertArrayEquals(base(6, i -> i), view.get("0.weight").toFloatArray());
            assertArrayEquals(
                    view.get("2.bias").toFloatArray(),
                    Map.copyOf(view).get("2.bias").toFloatArray());
        }
        // Nothing was kept.
        assertThrows(RuntimeException.class, () -> view.get("0.weight"));
    }

    @Test
    void weightsThatDoNotFitAreListedAtOnce() {
        try (TorchCheckpoint c = TorchCheckpoint.open(resource("module.pt"))) {
            List<Parameter> wanted = parameters(
                    Map.of("0.weight", new long[] {3, 2}, "0.bias", new long[] {2}, "4.weight", new long[] {2}));
            String message = assertThrows(CheckpointException.class, () -> weights(c, wanted))
                    .getMessage();
            assertTrue(message.contains("1 missing (4.weight [2])"), message);
            assertTrue(message.contains("2 unexpected (2.weight [2], 2.bias [2])"), message);
            assertTrue(message.contains("0.weight [2, 3] where the network has [3, 2]"), message);
        }
    }

    private static Map<String, Tensor> weights(TorchCheckpoint checkpoint, List<Parameter> parameters) {
        return new WeightMatch(checkpoint, parameters).weights();
    }

    private static List<Parameter> parameters(Map<String, long[]> shapes) {
        GraphBuilder graph = new GraphBuilder();
        shapes.forEach((name, shape) -> graph.parameter(name, Initializer.zeros(), shape));
        return new ArrayList<>(graph.parameters());
    }

    private static float[] base(int length, IntUnaryOperator element) {
        float[] values = new float[length];
        IntStream.range(0, length).forEach(i -> values[i] = element.applyAsInt(i) / 4f - 1);
        return values;
    }

    static Path resource(String name) {
        try {
            return Path.of(TorchCheckpointTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
