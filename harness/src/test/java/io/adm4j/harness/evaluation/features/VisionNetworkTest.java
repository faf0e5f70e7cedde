package io.adm4j.harness.evaluation.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.importer.CheckpointException;
import io.adm4j.export.importer.torch.Checkpoint;
import io.adm4j.export.importer.torch.StateDictWriter;
import io.adm4j.export.importer.vision.VisionNetwork;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Resampling;
import io.adm4j.io.Npz;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Small networks of the published forms with random weights, and what PyTorch and Pillow compute of images of another size:
 * written by {@code harness/bench/networks_parity.py --fixtures}.
 */
class VisionNetworkTest {
    /** Ten times less than what is promised of full networks: another approximation of GELU is off by 3e-5 here. */
    private static final double TOLERANCE = 1e-5;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "dinov2.pth, dinov2.npz, DINOv2 ViT-(128)/14, bicubic-antialias, 224",
        "dinov2-swiglu.pth, dinov2-swiglu.npz, DINOv2 ViT-(128)/14, bicubic-antialias, 224",
        "clip.pt, clip.npz, CLIP ViT-(128)/8 at 32x32, bicubic-antialias-crop, 32",
        "vgg16.pth, vgg16.npz, VGG16 fc2, tf1, 224"
    })
    void givesPyTorchsFeatures(String weights, String expected, String name, String filter, int size) {
        Map<String, Tensor> golden = Npz.read(resource(expected));
        Tensor images = Objects.requireNonNull(golden.get("arr_0"));
        float[] features = Objects.requireNonNull(golden.get("features")).toFloatArray();
        Path network = imported(resource(weights));

        try (FeatureExtractor extractor = FeatureExtractor.open(network, Device.CPU, 1)) {
            assertEquals(Optional.of(name), extractor.publishedName());
            assertEquals(Resampling.of(filter), extractor.resize());
            assertEquals(size, extractor.imageHeight());
            assertEquals(size, extractor.imageWidth());
            assertFalse(extractor.givesClasses() || extractor.givesSpatial());
            assertNear(features, extractor.extract(images).features());
        }
        try (FeatureExtractor extractor = FeatureExtractor.open(network, Device.CPU, 1, Optional.of(Resampling.NONE))) {
            String message = assertThrows(UserError.class, () -> extractor.extract(images))
                    .getMessage();
            assertTrue(message.startsWith("The images are 70x50, but the feature network takes " + size), message);
        }
    }

    @Test
    void featuresOfAnImageDoNotDependOnItsBatch() {
        Tensor images = Objects.requireNonNull(Npz.read(resource("clip.npz")).get("arr_0"));
        byte[] bytes = new byte[images.size() / 2];
        images.bytes().get(bytes.length, bytes);
        Path network = imported(resource("clip.pt"));
        try (FeatureExtractor extractor = FeatureExtractor.open(network, Device.CPU, 1)) {
            float[] both = extractor.extract(images).features();
            float[] second = extractor
                    .extract(Tensor.of(bytes, 1, images.dim(1), images.dim(2), 3))
                    .features();
            for (int i = 0; i < second.length; i++) {
                assertEquals(both[second.length + i], second[i]);
            }
        }
    }

    /** Two checkpoints whose weights are in files beside the models are told apart by the models alone. */
    @Test
    void theModelHoldsTheChecksumOfItsWeights() {
        byte[] first = withoutWeights(resource("vgg16.pth"), "a.onnx");
        Map<String, Tensor> weights = tensors(resource("vgg16.pth"));
        Objects.requireNonNull(weights.get("features.0.bias")).floats().put(0, 7);
        byte[] second = withoutWeights(saved(weights), "a.onnx");

        assertFalse(Arrays.equals(first, second));
        assertArrayEquals(first, withoutWeights(resource("vgg16.pth"), "a.onnx"));
    }

    @Test
    void namesWhatDoesNotFit() {
        refused("dinov2.pth", w -> w.put("register_tokens", zeros(1, 4, 128)), "a DINOv2 with registers");
        refused("dinov2.pth", w -> w.remove("blocks.1.ls2.gamma"), "1 missing (blocks.1.ls2.gamma [128])");
        refused("dinov2.pth", w -> w.put("norm.bias", zeros(64)), "norm.bias [64] where the network has [128]");
        refused(
                "dinov2.pth",
                w -> w.put("pos_embed", zeros(1, 25, 128)),
                "25 positions, which is no square and one more");
        refused("dinov2.pth", w -> w.put("cls_token", zeros(1, 1, 100)), "a width of 100 does not divide");
        refused("dinov2.pth", w -> w.remove("blocks.0.ls1.gamma"), "no feature network that is known");
        refused("clip.pt", w -> w.put("visual.class_embedding", zeros(1280)), "a CLIP of width 1280");
        refused("clip.pt", w -> w.put("visual.attnpool.c_proj.weight", zeros(1)), "a CLIP with a ResNet");
        refused("clip.pt", w -> w.remove("visual.proj"), "'visual.proj' is missing");
        refused("vgg16.pth", w -> w.put("features.1.weight", zeros(4)), "no feature network that is known");
        refused("vgg16.pth", w -> w.remove("classifier.3.bias"), "classifier.3.bias [12]");
    }

    private void refused(String weights, Consumer<Map<String, Tensor>> change, String message) {
        Map<String, Tensor> tensors = tensors(resource(weights));
        change.accept(tensors);
        Path file = saved(tensors);
        CheckpointException e = assertThrows(CheckpointException.class, () -> imported(file));
        assertTrue(Objects.requireNonNull(e.getMessage()).contains(message), e.getMessage());
    }

    private Path saved(Map<String, Tensor> tensors) {
        Path file = folder.resolve("changed.pt");
        new StateDictWriter(tensors).write(file);
        return file;
    }

    private static Map<String, Tensor> tensors(Path file) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            for (String name : checkpoint.names()) {
                if (checkpoint.entry(name).type() != ElementType.INT64) {
                    tensors.put(name, checkpoint.readFloat32(name));
                }
            }
        }
        return tensors;
    }

    private Path imported(Path weights) {
        Path network = folder.resolve("network.onnx");
        try (Checkpoint checkpoint = Checkpoint.open(weights)) {
            VisionNetwork.of(checkpoint).withWeights(checkpoint).write(network);
        }
        return network;
    }

    private byte[] withoutWeights(Path weights, String name) {
        Path network = folder.resolve(name);
        try (Checkpoint checkpoint = Checkpoint.open(weights)) {
            VisionNetwork.of(checkpoint).withWeights(checkpoint).write(network, 0);
            return Files.readAllBytes(network);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Tensor zeros(long... shape) {
        return Tensor.zeros(ElementType.FLOAT32, shape);
    }

    private static void assertNear(float[] expected, float[] found) {
        assertEquals(expected.length, found.length);
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[i], TOLERANCE * largest, "value " + i);
        }
    }

    private static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(VisionNetworkTest.class.getResource(name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
