package io.adm4j.export.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.adm4j.feedback.UserError;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights are read back as they were written, wherever they are. */
class OnnxWeightsTest {
    private static final float[] W = {1, -2, 3.5f, 4, 0.25f, 6};

    @TempDir
    Path folder;

    private final GraphBuilder graph = new GraphBuilder();
    private final Value x = graph.input("x", ElementType.FLOAT32, 1, 3);
    private final Value product = x.matmul(graph.parameter("w", Initializer.ones(), 3, 2));
    private final Value sum = graph.named("sum", product.add(graph.parameter("b", Initializer.zeros(), 2)));
    private final OnnxModel model = OnnxModel.withWeights(
            graph,
            List.of(x),
            List.of(sum),
            Map.of("w", Tensor.of(W, 3, 2), "b", Tensor.of(new float[] {-1, 0.5f}, 2)));

    @ParameterizedTest
    @ValueSource(longs = {1 << 20, 0})
    void insideTheFileAndBesideIt(long embeddedMost) {
        Path file = folder.resolve("m.onnx");
        model.write(file, embeddedMost);

        OnnxWeights weights = OnnxWeights.open(file);

        assertEquals(Map.of("w", List.of(3L, 2L), "b", List.of(2L)), weights.shapes());
        assertArrayEquals(W, weights.readFloat32("w").toFloatArray());
        assertArrayEquals(new long[] {3, 2}, weights.readFloat32("w").shape());
        assertArrayEquals(new float[] {-1, 0.5f}, weights.readFloat32("b").toFloatArray());
        assertThrows(UserError.class, () -> weights.readFloat32("c"));
    }

    @Test
    void halvesAreWidened() throws IOException {
        Path file = write(array -> array.setDataType(TensorProto.DataType.FLOAT16_VALUE)
                .clearDims()
                .addDims(2)
                .setRawData(ByteString.copyFrom(new byte[] {0, 0x3C, 0, (byte) 0xC0})));

        assertArrayEquals(
                new float[] {1, -2}, OnnxWeights.open(file).readFloat32("w").toFloatArray());
    }

    @Test
    void damagedAndHostileFilesAreRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "no model at all");
        assertMessage(text + " is no ONNX model", () -> OnnxWeights.open(text));
        assertMessage("could not be read", () -> OnnxWeights.open(folder.resolve("none")));

        refused("bytes of its shape", array -> array.setRawData(ByteString.copyFrom(new byte[8])));
        refused("bytes of its shape", array -> array.setDims(0, 1L << 40));
        refused("bytes of its shape", array -> array.setDims(0, 1L << 62).setDims(1, 1L << 62));
        refused("bytes of its shape", array -> array.setDims(0, -3));
        Files.write(folder.resolve("d"), new byte[30]);
        refused("outside its folder", array -> external(array, "../d", "0", "24"));
        refused("outside its folder", array -> external(array, "/etc/passwd", "0", "24"));
        refused("could not be read", array -> external(array, "none", "0", "24"));
        refused("bytes of its shape", array -> external(array, "d", "8", "24"));
        refused("bytes of its shape", array -> external(array, "d", "-1", "24"));
        refused("bytes of its shape", array -> external(array, "d", "0", "2000000000"));
        refused("bytes of its shape", array -> external(array, "d", "0", "-1"));
        refused("bytes of its shape", array -> external(array, "d", "0", "many"));
        assertEquals(
                6,
                OnnxWeights.open(write(array -> external(array, "d", "6", "24")))
                        .readFloat32("w")
                        .size());
    }

    private static void external(TensorProto.Builder array, String location, String offset, String length) {
        array.clearRawData()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("offset", offset))
                .addExternalData(entry("length", length));
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private void refused(String part, Consumer<TensorProto.Builder> change) throws IOException {
        OnnxWeights weights = OnnxWeights.open(write(change));
        assertMessage(part, () -> weights.readFloat32("w"));
    }

    private static void assertMessage(String part, Runnable action) {
        String message = assertThrows(UserError.class, action::run).getMessage();
        assertTrue(message.contains(part) && message.endsWith("."), message);
    }

    /** The model with another array {@code w}. */
    private Path write(Consumer<TensorProto.Builder> change) throws IOException {
        ModelProto.Builder proto = ModelProto.parseFrom(model.bytes()).toBuilder();
        proto.getGraphBuilder().getInitializerBuilderList().stream()
                .filter(array -> array.getName().equals("w"))
                .forEach(change);
        return Files.write(folder.resolve("changed.onnx"), proto.build().toByteArray());
    }
}
