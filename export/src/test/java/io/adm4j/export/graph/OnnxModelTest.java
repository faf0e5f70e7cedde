package io.adm4j.export.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.adm4j.feedback.UserError;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model computes the same wherever its weights are. */
class OnnxModelTest {
    private static final float[] X = {1, 2, 3};

    @TempDir
    Path folder;

    private final GraphBuilder graph = new GraphBuilder();
    private final Value x = graph.input("x", ElementType.FLOAT32, 1, 3);
    private final Value product = x.matmul(graph.parameter("w", Initializer.ones(), 3, 2));
    private final Value sum = graph.named("sum", product.add(graph.parameter("b", Initializer.zeros(), 2)));
    private final Value twice = graph.named("double", product.mul(graph.scalar(2)));
    private final Map<String, Tensor> weights =
            Map.of("w", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2), "b", Tensor.of(new float[] {-1, 0.5f}, 2));

    @Test
    void embeddedInMemoryAndInAFile() throws IOException {
        OnnxModel model = OnnxModel.withWeights(graph, List.of(x), List.of(sum), weights);
        Path file = folder.resolve("m.onnx");
        model.write(file);
        assertArrayEquals(model.bytes(), Files.readAllBytes(file));
        assertFalse(Files.exists(OnnxModel.dataFile(file)));
        assertEquals(32, model.weightBytes());
        assertArrayEquals(new float[] {21, 28.5f}, run(file, "sum"));
        // What other readers of protobuf see.
        ModelProto parsed = ModelProto.parseFrom(Files.readAllBytes(file));
        assertEquals(
                List.of("w", "b"),
                parsed.getGraph().getInitializerList().stream()
                        .map(TensorProto::getName)
                        .toList());
        assertEquals(2, parsed.getOpsetImportCount());
    }

    @Test
    void withoutShapesNothingIsKnownBeforeARun() throws IOException {
        Value column = graph.named("column", sum.reshape(2, 1));
        List<Value> inputs = new ArrayList<>(List.of(x));
        graph.parameters().forEach(parameter -> inputs.add(parameter.value()));
        OnnxModel model = OnnxModel.withInputs(graph, inputs, List.of(column)).withoutShapes();
        ModelProto parsed = ModelProto.parseFrom(model.bytes());
        assertEquals(0, parsed.getGraph().getValueInfoCount());
        assertTrue(Stream.concat(parsed.getGraph().getInputList().stream(), parsed.getGraph().getOutputList().stream())
                .noneMatch(value -> value.getType().getTensorType().hasShape()));

        Path file = folder.resolve("m.onnx");
        model.write(file);
        try (OnnxSession session = OnnxSession.openAsOrdered(file, Device.CPU, 1)) {
            Tensor found = session.run(Map.of(
                            "x", Tensor.of(X, 1, 3),
                            "w", Objects.requireNonNull(weights.get("w")),
                            "b", Objects.requireNonNull(weights.get("b"))))
                    .get("column");
            assertArrayEquals(new long[] {2, 1}, found.shape());
            assertArrayEquals(new float[] {21, 28.5f}, found.toFloatArray());
        }
    }

    @Test
    void besideTheGraph() throws IOException {
        OnnxModel model = OnnxModel.withWeights(graph, List.of(x), List.of(sum), weights);
        Path file = folder.resolve("m.onnx");
        model.write(file, 31);
        assertArrayEquals(new float[] {21, 28.5f}, run(file, "sum"));
        assertEquals(WeightFile.ALIGNMENT + 8, Files.size(folder.resolve("m.onnx.data")));
        for (TensorProto t :
                ModelProto.parseFrom(Files.readAllBytes(file)).getGraph().getInitializerList()) {
            assertEquals(TensorProto.DataLocation.EXTERNAL, t.getDataLocation());
            assertEquals("m.onnx.data", t.getExternalData(0).getValue());
            assertEquals(0, Long.parseLong(t.getExternalData(1).getValue()) % WeightFile.ALIGNMENT);
            assertTrue(t.getRawData().isEmpty());
        }
        model.write(folder.resolve("other.onnx"), 32);
        assertFalse(Files.exists(folder.resolve("other.onnx.data")));
    }

    @Test
    void twoGraphsShareAFile() throws IOException {
        Path first = folder.resolve("first.onnx");
        Path second = folder.resolve("second.onnx");
        try (WeightFile data = WeightFile.create(folder.resolve("both.data"))) {
            OnnxModel.withWeights(graph, List.of(x), List.of(twice), weights).write(first, data);
            OnnxModel.withWeights(graph, List.of(x), List.of(sum), weights).write(second, data);
        }
        assertArrayEquals(new float[] {44, 56}, run(first, "double"));
        assertArrayEquals(new float[] {21, 28.5f}, run(second, "sum"));
        assertEquals(WeightFile.ALIGNMENT + 8, Files.size(folder.resolve("both.data")));
    }

    @Test
    void weightsAreAskedForOnceAndOneByOne() {
        Map<String, Integer> asked = new HashMap<>();
        Map<String, Tensor> view = new AbstractMap<>() {
            @Override
            public Tensor get(Object name) {
                asked.merge((String) name, 1, Integer::sum);
                return weights.get(name);
            }

            @Override
            public boolean containsKey(Object name) {
                return weights.containsKey(name);
            }

            @Override
            public Set<Entry<String, Tensor>> entrySet() {
                throw new UnsupportedOperationException("This would read everything.");
            }
        };
        OnnxModel model = OnnxModel.withWeights(graph, List.of(x), List.of(sum), view);
        assertEquals(Map.of(), asked);
        model.write(folder.resolve("m.onnx"));
        assertEquals(Map.of("w", 1, "b", 1), asked);
        model.write(folder.resolve("m.onnx"), 0);
        assertEquals(Map.of("w", 2, "b", 2), asked);
    }

    @Test
    void weightsThatDoNotFitAreRefused() {
        Map<String, Tensor> none = Map.of("w", weights.get("w"));
        String missing = assertThrows(
                        UserError.class, () -> OnnxModel.withWeights(graph, List.of(x), List.of(sum), none))
                .getMessage();
        assertTrue(missing.contains("'b'"), missing);
        Map<String, Tensor> flat = Map.of("w", weights.get("w").reshape(6), "b", weights.get("b"));
        OnnxModel model = OnnxModel.withWeights(graph, List.of(x), List.of(sum), flat);
        for (long most : new long[] {0, 100}) {
            String shape = assertThrows(UserError.class, () -> model.write(folder.resolve("m.onnx"), most))
                    .getMessage();
            assertTrue(shape.contains("has shape [6]; the network takes [3, 2]"), shape);
        }
    }

    private static float[] run(Path model, String output) {
        try (OnnxSession session = OnnxSession.open(model, Device.CPU, 1)) {
            return session.run(Map.of("x", Tensor.of(X, 1, 3))).get(output).toFloatArray();
        }
    }
}
