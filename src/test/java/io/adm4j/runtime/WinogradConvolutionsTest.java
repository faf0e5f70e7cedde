package io.adm4j.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.HalfFloat;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WinogradConvolutionsTest {
    private static final int CHANNELS = 32;

    @TempDir
    private Path folder;

    /** A model of one convolution, with what a test changes. */
    private static final class Model {
        private long channels = CHANNELS;
        private long height = 32;
        private long width = 36;
        private List<String> inputs = List.of("h", "w", "b");
        private long statedChannels = CHANNELS;
        private boolean weightIsInput;
        private boolean statesShape = true;
        private boolean halfWeights;
        private long castTo = GraphFile.FLOAT;
        private final Map<String, long[]> attributes = new HashMap<>(Map.of(
                "kernel_shape", new long[] {3, 3},
                "strides", new long[] {1, 1},
                "pads", new long[] {1, 1, 1, 1}));

        /** y = conv(-x, w, b), so that the input of the convolution is an intermediate value. */
        private byte[] bytes() {
            ProtoWriter graph = new ProtoWriter().text(2, "convolution");
            graph.encoded(GraphFile.node("Neg", "h", List.of("x"), Map.of()));
            if (halfWeights) {
                graph.message(1, cast("w16", "w"));
                graph.encoded(halves("w16", CHANNELS, channels, 3, 3));
                graph.message(13, info("w", CHANNELS, channels, 3, 3));
            } else {
                graph.encoded(floats("w", CHANNELS, channels, 3, 3));
            }
            graph.encoded(GraphFile.node("Conv", "y", inputs, attributes));
            graph.encoded(floats("b", CHANNELS));
            graph.message(11, info("x", -1, channels, height, width));
            if (weightIsInput) {
                graph.message(11, info("w", CHANNELS, channels, 3, 3));
            }
            graph.message(12, info("y", -1, -1, -1, -1));
            if (statesShape) {
                graph.message(13, info("h", -1, statedChannels, height, width));
            }
            ProtoWriter opset = new ProtoWriter().text(1, "").integer(2, 17);
            return new ProtoWriter()
                    .integer(1, 8)
                    .message(8, opset)
                    .message(7, graph)
                    .toByteArray();
        }

        private static ByteBuffer floats(String name, long... shape) {
            Tensor values = random(shape);
            ByteBuffer raw = ByteBuffer.allocate(values.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            raw.asFloatBuffer().put(values.toFloatArray());
            return GraphFile.constant(name, GraphFile.FLOAT, raw, shape);
        }

        private static ByteBuffer halves(String name, long... shape) {
            Tensor values = random(shape);
            ByteBuffer raw = ByteBuffer.allocate(values.size() * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (float value : values.toFloatArray()) {
                raw.putShort(HalfFloat.bits(value));
            }
            return GraphFile.constant(name, GraphFile.FLOAT16, raw.flip(), shape);
        }

        private ProtoWriter cast(String from, String to) {
            ProtoWriter type =
                    new ProtoWriter().text(1, "to").integer(3, castTo).integer(20, 2);
            return new ProtoWriter().text(1, from).text(2, to).text(4, "Cast").message(5, type);
        }

        private static ProtoWriter info(String name, long... shape) {
            ProtoWriter dimensions = new ProtoWriter();
            for (long d : shape) {
                dimensions.message(1, d < 0 ? new ProtoWriter() : new ProtoWriter().integer(1, d));
            }
            ProtoWriter tensor = new ProtoWriter().integer(1, GraphFile.FLOAT).message(2, dimensions);
            return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensor));
        }
    }

    private static Tensor random(long... shape) {
        Tensor values = Tensor.zeros(ElementType.FLOAT32, shape);
        Random random = new Random(Arrays.hashCode(shape));
        for (int i = 0; i < values.size(); i++) {
            values.floats().put(i, (float) random.nextGaussian());
        }
        return values;
    }

    private Path write(Model model) throws IOException {
        return Files.write(folder.resolve("model.onnx"), model.bytes());
    }

    private static @Nullable ByteBuffer rewritten(Model model) {
        GraphFile graph = GraphFile.read(ByteBuffer.wrap(model.bytes()));
        return WinogradConvolutions.in(Objects.requireNonNull(graph));
    }

    @ParameterizedTest
    @CsvSource({"1,true", "3,true", "2,false"})
    void computesTheConvolution(int batch, boolean bias) throws IOException {
        Model model = new Model();
        model.inputs = bias ? model.inputs : List.of("h", "w");
        assertNotNull(rewritten(model));
        assertSame(batch, model, write(model));
    }

    @Test
    void weightsMayBeStoredAsFloat16() throws IOException {
        Model model = new Model();
        model.halfWeights = true;
        assertNotNull(rewritten(model));
        assertSame(2, model, write(model));
    }

    @Test
    void convolutionsInFloat16Stay() throws IOException {
        Model model = new Model();
        model.halfWeights = true;
        model.castTo = GraphFile.FLOAT16;
        assertNull(rewritten(model));
        model.inputs = List.of("h", "w16", "b");
        assertNull(rewritten(model));
    }

    @Test
    void sessionsThatAlwaysSplitComputeTheGraphAsWritten() throws IOException {
        Model model = new Model();
        Map<String, Tensor> input = Map.of("x", random(3, model.channels, model.height, model.width));
        Path file = write(model);
        Tensor expected;
        try (OnnxSession plain = OnnxSession.open(model.bytes(), Device.CPU, 1)) {
            expected = Objects.requireNonNull(plain.run(input).get("y"));
        }
        try (BatchSession splitting = BatchSession.openSplitting(file, Device.CPU, 2, 8)) {
            assertArrayEquals(
                    expected.toFloatArray(),
                    Objects.requireNonNull(splitting.run(input).get("y")).toFloatArray());
        }
    }

    @Test
    void weightsAreFoundBehindASymbolicLink() throws IOException {
        Path link = folder.resolve("link.onnx");
        Model model = new Model();
        Path there = Files.createDirectory(folder.resolve("there")).resolve("other.onnx");
        Files.write(there, model.bytes());
        Files.createSymbolicLink(link, there);
        assertSame(1, model, link);
    }

    /** The session of a file is rewritten on x86-64, that of bytes never is. */
    private static void assertSame(int batch, Model model, Path file) {
        Map<String, Tensor> input = Map.of("x", random(batch, model.channels, model.height, model.width));
        Tensor expected;
        try (OnnxSession plain = OnnxSession.open(model.bytes(), Device.CPU, 1)) {
            expected = Objects.requireNonNull(plain.run(input).get("y"));
        }
        try (OnnxSession fast = OnnxSession.open(file, Device.CPU, 1)) {
            Tensor actual = Objects.requireNonNull(fast.run(input).get("y"));
            assertArrayEquals(expected.shape(), actual.shape());
            // Sums of 288 products of standard normal values: their standard deviation is 17.
            assertArrayEquals(expected.toFloatArray(), actual.toFloatArray(), 3e-4f);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"strides", "dilations", "pads", "group"})
    void otherConvolutionsStay(String attribute) throws IOException {
        Model model = new Model();
        model.attributes.put(attribute, attribute.equals("group") ? new long[] {2} : new long[] {2, 2, 2, 2});
        assertNull(rewritten(model));
    }

    @Test
    void convolutionsThatGainNothingStay() throws IOException {
        Model odd = new Model();
        odd.height = 34;
        assertNull(rewritten(odd));
        Model narrow = new Model();
        narrow.channels = 16;
        narrow.statedChannels = 16;
        narrow.height = 128;
        assertNull(rewritten(narrow));
        Model small = new Model();
        small.height = 16;
        assertNull(rewritten(small));
    }

    @Test
    void weightsThatACallerCanReplaceStay() throws IOException {
        Model model = new Model();
        model.weightIsInput = true;
        assertNull(rewritten(model));
    }

    @Test
    void convolutionsOfUnknownHeightStay() throws IOException {
        Model model = new Model();
        model.statesShape = false;
        assertNull(rewritten(model));
    }

    @Test
    void contradictionsAreLeftToTheRuntime() throws IOException {
        List<List<String>> inputs = List.of(
                List.of(), List.of("h"), List.of("h", "b"), List.of("h", "w", "b", "b"), List.of("missing", "w", "b"));
        for (List<String> given : inputs) {
            Model model = new Model();
            model.inputs = given;
            assertNull(rewritten(model), given.toString());
        }
        for (long channels : new long[] {-1, 0, 64, Long.MAX_VALUE}) {
            Model model = new Model();
            model.statedChannels = channels;
            assertNull(rewritten(model), "channels " + channels);
        }
        Model high = new Model();
        high.height = Long.MAX_VALUE - 3;
        assertNull(rewritten(high));
    }

    @Test
    void damagedFilesAreLeftToTheRuntime() throws IOException {
        byte[] whole = new Model().bytes();
        for (int length = 0; length < whole.length; length += 1 + length / 50) {
            GraphFile graph = GraphFile.read(ByteBuffer.wrap(Arrays.copyOf(whole, length)));
            assertTrue(graph == null || graph.initializers().isEmpty(), "cut to " + length);
        }
    }
}
