package io.adm4j.harness.evaluation.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.importer.CheckpointException;
import io.adm4j.export.importer.tensorflow.InceptionNetwork;
import io.adm4j.feedback.UserError;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A graph with the operators of the Inception graph, against the same operators written out. */
class InceptionNetworkTest {
    @TempDir
    Path folder;

    /** Upsampled, downsampled, taken as they are; square or not. */
    @ParameterizedTest
    @CsvSource({"5, 5", "17, 17", "40, 40", "4, 23", "1, 1"})
    void computesWhatTensorFlowDoes(int height, int width) throws IOException {
        TinyInception tiny = new TinyInception();
        Tensor images = images(3, height, width);
        try (FeatureExtractor extractor = open(tiny.graph().bytes(), ElementType.FLOAT32, 2)) {
            FeatureExtractor.FeatureBatch found = extractor.extract(images);

            assertEquals(FeatureExtractor.ANY_SIZE, extractor.imageHeight());
            for (int i = 0; i < 3; i++) {
                TinyInception.Features expected = tiny.features(maps(images.rows(i, i + 1)));
                assertNear(expected.pool(), found.features(), i);
                assertNear(expected.spatial(), found.spatial().orElseThrow(), i);
                assertNear(expected.probabilities(), found.probabilities().orElseThrow(), i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"FLOAT32", "UINT8"})
    void theBatchAndTheTypeOfImagesChangeNothing(ElementType type) throws IOException {
        Tensor images = images(5, 9, 9);
        Tensor floats = Tensor.zeros(ElementType.FLOAT32, images.shape());
        for (int i = 0; i < images.size(); i++) {
            floats.floats().put(i, images.bytes().get(i) & 0xff);
        }
        try (FeatureExtractor extractor = open(new TinyInception().graph().bytes(), type, 3)) {
            FeatureExtractor.FeatureBatch all = extractor.extract(images);
            FeatureExtractor.FeatureBatch ofFloats = extractor.extract(floats);
            FeatureExtractor.FeatureBatch last = extractor.extract(images.rows(4, 5));

            assertArrayEquals(all.features(), ofFloats.features());
            assertArrayEquals(Arrays.copyOfRange(all.features(), 4 * 24, 5 * 24), last.features());
            assertArrayEquals(
                    Arrays.copyOfRange(all.spatial().orElseThrow(), 4 * 112, 5 * 112),
                    last.spatial().orElseThrow());
        }
    }

    @Test
    void featuresAreTheSameBitsInAnyBatchWithAnyNumberOfThreads() throws IOException {
        Tensor images = images(19, 11, 11);
        FeatureExtractor.FeatureBatch expected;
        try (FeatureExtractor alone = open(new TinyInception().graph().bytes(), ElementType.FLOAT32, 1)) {
            expected = alone.extract(images);
        }
        for (int threads = 0; threads <= 3; threads++) {
            try (FeatureExtractor extractor = FeatureExtractor.open(folder.resolve("tiny.onnx"), Device.CPU, threads)) {
                for (int size : new int[] {1, 2, 3, 5, 8, 19}) {
                    for (int from = 0; from < 19; from += size) {
                        int to = Math.min(19, from + size);
                        FeatureExtractor.FeatureBatch found = extractor.extract(images.rows(from, to));
                        assertArrayEquals(rows(expected.features(), from, to), found.features());
                        assertArrayEquals(
                                rows(expected.spatial().orElseThrow(), from, to),
                                found.spatial().orElseThrow());
                        assertArrayEquals(
                                rows(expected.probabilities().orElseThrow(), from, to),
                                found.probabilities().orElseThrow());
                    }
                }
            }
        }
    }

    private static float[] rows(float[] ofAll, int from, int to) {
        int length = ofAll.length / 19;
        return Arrays.copyOfRange(ofAll, from * length, to * length);
    }

    @Test
    void refusesImagesThatAreNoNumbers() throws IOException {
        Tensor broken = Tensor.zeros(ElementType.FLOAT32, 2, 8, 8, 3);
        broken.floats().put(200, Float.NaN);
        try (FeatureExtractor extractor = open(new TinyInception().graph().bytes(), ElementType.FLOAT32, 1)) {
            UserError e = assertThrows(UserError.class, () -> extractor.extract(broken));

            assertTrue(
                    e.getMessage().startsWith("The images hold a value that is not a finite number (NaN)"),
                    e.getMessage());
        }
    }

    @Test
    void refusesFeaturesThatAreNoNumbers() throws IOException {
        FrozenGraph graph = new TinyInception().graph();
        graph.constant("softmax/weights", overflowing(), 24, TinyInception.CLASSES);
        try (FeatureExtractor extractor = open(graph.bytes(), ElementType.FLOAT32, 2)) {
            UserError e = assertThrows(UserError.class, () -> extractor.extract(images(4, 8, 8)));

            assertTrue(e.getMessage().contains("not a finite number"), e.getMessage());
        }
    }

    @Test
    void saysWhatOtherGraphsLack() {
        for (String name :
                List.of("ExpandDims", "pool_3", "mixed_6/conv", "softmax/logits/MatMul", "mixed_6/join/concat_dim")) {
            assertTrue(refused(g -> g.without(name)).contains("it has no node '" + name + "'"));
        }
        assertTrue(refused(g -> g.node("Mul", "Pow", "Sub", "Mul/y"))
                .contains("'Mul' (Pow) has an operator that is not supported"));
        assertTrue(refused(g -> g.node(
                        "ResizeBilinear",
                        "ResizeBilinear",
                        List.of("ExpandDims", "ResizeBilinear/size"),
                        Map.of("half_pixel_centers", true)))
                .contains("half_pixel_centers"));
        assertTrue(refused(g -> g.node("Sub", "Identity", "Mul")).contains("depends on itself"));
        assertTrue(refused(g -> g.node("mixed_6/conv/Conv2D", "Identity", "mixed_6/conv/batchnorm"))
                .contains("depends on itself"));
        assertTrue(refused(g -> g.constant("conv/conv2d_params", new float[9 * 2 * 8], 3, 3, 2, 8))
                .contains("takes 2 channels, but gets 3"));
        assertTrue(
                refused(g -> g.constant("conv/batchnorm/beta", new float[7], 7)).contains("conv/batchnorm/beta"));
        assertTrue(refused(g -> g.constant("conv/batchnorm/moving_variance", new float[] {-1, 1, 1, 1, 1, 1, 1, 1}, 8))
                .contains("variance of -1.0"));
        assertTrue(refused(g -> g.listed("conv/batchnorm/gamma", new float[] {1}, 1 << 30))
                .contains("more memory"));
        assertTrue(refused(g -> g.node(
                        "conv/Conv2D",
                        "Conv2D",
                        List.of("Mul", "conv/conv2d_params"),
                        Map.of("strides", new long[] {1, 2, 2, 1}, "padding", "VALID", "data_format", "NCHW")))
                .contains("data format"));
    }

    @Test
    void filesThatAreNoGraphsAreRefused() throws IOException {
        for (byte[] bytes : List.of(
                new byte[0], "<html>404</html>".getBytes(StandardCharsets.UTF_8), new byte[] {10, -1, -1, -1, -1, 7})) {
            String message = refusedFile(bytes);
            assertTrue(message.contains("no frozen TensorFlow graph"), message);
        }
        CheckpointException missing = assertThrows(
                CheckpointException.class, () -> InceptionNetwork.read(folder.resolve("none.pb"), ElementType.UINT8));
        assertTrue(missing.getMessage().startsWith("There is no file"), missing.getMessage());
    }

    /** Whatever is cut off or changed, the end is a model or one sentence. */
    @Test
    void damagedFilesEndInOneSentence() throws IOException {
        byte[] whole = new TinyInception().graph().bytes();
        for (int length = 0; length < whole.length / 2; length += 37) {
            refusedFile(Arrays.copyOf(whole, length));
        }
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 600; i++) {
            byte[] changed = whole.clone();
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            try {
                InceptionNetwork.read(Files.write(folder.resolve("changed.pb"), changed), ElementType.FLOAT32);
            } catch (CheckpointException e) {
                assertSentence(e);
            }
        }
    }

    private String refused(Consumer<FrozenGraph> change) {
        FrozenGraph graph = new TinyInception().graph();
        change.accept(graph);
        try {
            return refusedFile(graph.bytes());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String refusedFile(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("graph.pb"), bytes);
        return assertSentence(
                assertThrows(CheckpointException.class, () -> InceptionNetwork.read(file, ElementType.FLOAT32)));
    }

    private static String assertSentence(CheckpointException e) {
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
        assertTrue(e.getMessage().endsWith("."), e.getMessage());
        return e.getMessage();
    }

    private FeatureExtractor open(byte[] graph, ElementType type, int threads) throws IOException {
        Path onnx = folder.resolve("tiny.onnx");
        InceptionNetwork.read(Files.write(folder.resolve("tiny.pb"), graph), type)
                .write(onnx);
        return FeatureExtractor.open(onnx, Device.CPU, threads);
    }

    private static Tensor images(int count, int height, int width) {
        byte[] values = new byte[count * height * width * 3];
        SplittableRandom random = new SplittableRandom(11);
        random.nextBytes(values);
        return Tensor.of(values, count, height, width, 3);
    }

    private static Maps maps(Tensor image) {
        double[] values = new double[image.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = image.bytes().get(i) & 0xff;
        }
        return new Maps((int) image.dim(1), (int) image.dim(2), 3, values);
    }

    /** Coordinates in float32 move a place of 40 by 1e-6 or so; another convention would move it by half. */
    private static void assertNear(double[] expected, float[] found, int image) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[image * expected.length + i], 2e-5 * (1 + Math.abs(expected[i])));
        }
    }

    private static float[] overflowing() {
        float[] values = new float[24 * TinyInception.CLASSES];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 2 == 0 ? 3e38f : -3e38f;
        }
        return values;
    }
}
