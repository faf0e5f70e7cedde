package io.adm4j.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.io.Sha256;
import io.adm4j.runtime.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelBundleTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> CLASSES = List.of("Shirt", "Ankle boot", "7");

    @TempDir
    Path parent;

    private Path folder;

    @BeforeEach
    void write() throws IOException {
        folder = parent.resolve("bundle");
        TinyBundle.write(folder, 8, true, CLASSES);
    }

    @Test
    void whatWasWrittenIsLoaded() throws IOException {
        ModelBundle bundle = ModelBundle.load(folder);
        Manifest manifest = bundle.manifest();
        assertEquals("tiny", manifest.name());
        assertEquals(8, manifest.imageSize());
        assertEquals(3, manifest.channels());
        assertTrue(manifest.classConditional());
        assertEquals(CLASSES, manifest.classes());
        assertEquals(DiffusionConfig.defaults(), manifest.diffusion());
        assertEquals("by hand", manifest.provenance().get("made").asText());
        assertEquals(
                1, manifest.classifier().orElseThrow().get("classifier_width").asInt());
        assertTrue(bundle.has(ModelBundle.DENOISER));
        assertFalse(bundle.has(ModelBundle.FEATURES));
        assertEquals(folder.resolve("denoiser.onnx"), bundle.path(ModelBundle.DENOISER));
        assertMessage(assertThrows(BundleException.class, () -> bundle.path("features.onnx")), "has no features.onnx");
        ObjectNode json =
                (ObjectNode) JSON.readTree(folder.resolve("model.json").toFile());
        assertEquals(json.toString(), manifest.toJson().toString());
        assertEquals(List.of("bundle"), siblings());
    }

    @Test
    void theDigestIsTheChecksumOfTheManifest() throws IOException {
        Path manifest = folder.resolve("model.json");
        String digest = ModelBundle.load(folder).digest();
        assertEquals(Sha256.of(manifest), digest);
        edit(json -> json.put("name", "other"));
        assertNotEquals(digest, ModelBundle.load(folder).digest());
    }

    @Test
    void imagesHaveThreeChannelsUnlessTheManifestSaysOtherwise() throws IOException {
        edit(json -> json.remove("channels"));
        assertEquals(3, ModelBundle.load(folder).manifest().channels());
        edit(json -> json.put("channels", 4));
        assertEquals(4, ModelBundle.load(folder).manifest().channels());
    }

    @Test
    void damageIsToldInOneSentence() throws IOException {
        Path denoiser = folder.resolve("denoiser.onnx");
        byte[] whole = Files.readAllBytes(denoiser);
        byte[] flipped = whole.clone();
        flipped[flipped.length / 2] ^= 1;
        Files.write(denoiser, flipped);
        ModelBundle bundle = ModelBundle.load(folder);
        for (Executable use : List.<Executable>of(
                bundle::verify,
                () -> bundle.path(ModelBundle.DENOISER),
                () -> OnnxDenoiser.open(bundle, Device.CPU, 1))) {
            assertMessage(assertThrows(BundleException.class, use), "the checksum of denoiser.onnx");
        }
        assertEquals(folder.resolve(ModelBundle.CLASSIFIER_GRADIENT), bundle.path(ModelBundle.CLASSIFIER_GRADIENT));
        Files.write(denoiser, new byte[3]);
        assertRefused("denoiser.onnx has 3 bytes instead of " + whole.length);
        Files.delete(denoiser);
        assertRefused("lacks its file denoiser.onnx");
    }

    @Test
    void aBrokenManifestIsToldInOneSentence() throws IOException {
        Path manifest = folder.resolve("model.json");
        byte[] whole = Files.readAllBytes(manifest);
        edit(json -> json.put("formatVersion", 2));
        assertRefused("format version 2");
        edit(json -> json.remove("formatVersion"));
        assertRefused("no 'formatVersion'");
        Files.write(manifest, whole);
        edit(json -> json.remove("diffusion"));
        assertRefused("no object 'diffusion'");
        Files.write(manifest, whole);
        edit(json -> ((ObjectNode) json.get("diffusion")).put("noise_schedule", "square"));
        assertRefused("no noise schedule 'square'");
        Files.write(manifest, whole);
        edit(json -> ((ArrayNode) json.get("classes")).add("one more"));
        assertRefused("names " + (CLASSES.size() + 1) + " classes, but its networks know " + CLASSES.size());
        Files.write(manifest, whole);
        edit(json -> json.put("imageSize", "large"));
        assertRefused("image size");
        Files.write(manifest, whole);
        edit(json -> json.put("channels", 0));
        assertRefused("at least 1 channel, not 0");
        edit(json -> json.put("channels", "gray"));
        assertRefused("at least 1 channel, not 0");
        edit(json -> json.put("channels", 1).withObject("/classifier").put("in_channels", 3));
        assertRefused("images with 1 channel, but in_channels of its classifier is 3");
        Files.write(manifest, whole);
        edit(json -> ((ObjectNode) json.get("files"))
                .set("../../etc/passwd", json.get("files").get("denoiser.onnx")));
        assertRefused("not a plain file name");
        Files.write(manifest, Arrays.copyOf(whole, whole.length / 2));
        assertRefused("not readable JSON");
        Files.write(manifest, new byte[0]);
        assertRefused("no 'formatVersion'");
        Files.write(manifest, new byte[Manifest.MOST_BYTES + 1]);
        assertRefused("is no bundle's");
        Files.delete(manifest);
        assertRefused("has no model.json");
        folder = parent.resolve("nowhere");
        assertRefused("has no model.json");
    }

    @Test
    void graphsOfOtherChannelsAreRefused() throws IOException {
        TinyBundle.write(folder, TinyBundle.description(8, 1, true, CLASSES), 3);
        ModelBundle bundle = ModelBundle.load(folder);
        assertEquals(
                "The bundle " + folder
                        + " contradicts itself: denoiser.onnx takes images with 3 channels, but model.json"
                        + " says 1; export it again.",
                assertThrows(BundleException.class, () -> OnnxDenoiser.open(bundle, Device.CPU, 1))
                        .getMessage());
        assertMessage(
                assertThrows(BundleException.class, () -> NoisyClassifier.open(bundle, Device.CPU, 1)),
                "classifier-gradient.onnx takes images with 3 channels");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "imageSize       | 1000000000    | Images of 1000000000x1000000000 with 3 channels are larger than any",
                "imageSize       | 65536         | Images of 65536x65536 with 3 channels are larger than any",
                "imageSize       | 1000000000000 | Its imageSize cannot be 1000000000000.",
                "imageSize       | -8            | An image size is at least 1, not -8.",
                "channels        | 4000000000    | Its channels cannot be 4000000000.",
                "channels        | 2000000000    | Images of 8x8 with 2000000000 channels are larger than any",
                "diffusion_steps | 2000000000    | A process has at most 1000000 diffusion_steps, not 2000000000.",
                "num_classes     | 2000000000    | A model knows 1 to 1000000 classes (num_classes), not 2000000000.",
                "num_classes     | 0             | A model knows 1 to 1000000 classes (num_classes), not 0.",
            })
    void absurdSizesAreToldInOneSentence(String field, long value, String expected) throws IOException {
        edit(json -> {
            json.putArray("classes");
            ObjectNode within = field.equals("diffusion_steps")
                    ? (ObjectNode) json.get("diffusion")
                    : field.equals("num_classes") ? (ObjectNode) json.get("denoiser") : json;
            within.put(field, value);
            if (value == (int) value) {
                within.put(field, (int) value);
            }
        });
        assertRefused(expected);
    }

    @Test
    void graphsOfOtherSizesOrWithoutTheirInputsAreRefused() throws IOException {
        edit(json -> json.put("imageSize", 16));
        ModelBundle bundle = ModelBundle.load(folder);
        assertMessage(
                assertThrows(BundleException.class, () -> OnnxDenoiser.open(bundle, Device.CPU, 1)),
                "contradicts itself: denoiser.onnx takes images of 8x8, but model.json says 16x16");
        Path swapped = parent.resolve("swapped");
        try (BundleWriter writer = BundleWriter.create(swapped)) {
            Files.copy(folder.resolve(ModelBundle.DENOISER), writer.file(ModelBundle.CLASSIFIER_GRADIENT));
            Files.copy(folder.resolve(ModelBundle.CLASSIFIER_GRADIENT), writer.file(ModelBundle.DENOISER));
            ModelBundle other = writer.finish(TinyBundle.description(8, true, CLASSES));
            assertMessage(
                    assertThrows(BundleException.class, () -> OnnxDenoiser.open(other, Device.CPU, 1)),
                    ", but [out] are needed");
            assertMessage(
                    assertThrows(BundleException.class, () -> NoisyClassifier.open(other, Device.CPU, 1)),
                    "classifier-gradient.onnx has the outputs [out], but [log_prob, grad] are needed");
        }
    }

    @Test
    void anOlderBundleIsReplacedAndNothingElse() throws IOException {
        TinyBundle.write(folder, 16, false, CLASSES);
        assertEquals(16, ModelBundle.load(folder).manifest().imageSize());
        assertFalse(Files.exists(folder.resolve(ModelBundle.CLASSIFIER_GRADIENT)));
        assertEquals(List.of("bundle"), siblings());

        Path other = Files.createDirectory(parent.resolve("other"));
        TinyBundle.write(other, 16, false, CLASSES);
        Path precious = Files.createDirectory(parent.resolve("precious"));
        Files.writeString(precious.resolve("thesis.txt"), "years");
        assertMessage(assertThrows(BundleException.class, () -> BundleWriter.create(precious)), "no model bundle");
        assertTrue(Files.exists(precious.resolve("thesis.txt")));
    }

    @Test
    void anUnfinishedBundleLeavesNothingBehind() throws IOException {
        try (BundleWriter writer = BundleWriter.create(folder)) {
            Files.write(writer.file("denoiser.onnx"), new byte[10]);
            assertThrows(IllegalArgumentException.class, () -> writer.file("../x"));
            assertThrows(IllegalArgumentException.class, () -> writer.file("model.json"));
        }
        assertEquals(List.of("bundle"), siblings());
        assertEquals(8, ModelBundle.load(folder).manifest().imageSize());
    }

    private List<String> siblings() throws IOException {
        try (Stream<Path> all = Files.list(parent)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    private void edit(Consumer<ObjectNode> change) throws IOException {
        Path manifest = folder.resolve("model.json");
        ObjectNode json = (ObjectNode) JSON.readTree(manifest.toFile());
        change.accept(json);
        JSON.writeValue(manifest.toFile(), json);
    }

    private void assertRefused(String part) {
        assertMessage(assertThrows(BundleException.class, () -> ModelBundle.load(folder)), part);
    }

    private static void assertMessage(RuntimeException e, String part) {
        String message = e.getMessage();
        assertTrue(message.contains(part) && message.endsWith(".") && !message.contains("\n"), message);
    }
}
