package io.adm4j.function.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.SigningKey;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.function.TestBundles;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without a sound bundle and settings the function does not start, and says why in one sentence. */
class StartTest {
    private static final Path BUNDLE = Path.of(System.getProperty("adm4j.bundle"));

    @TempDir
    Path folder;

    private static String failure(Map<String, String> settings) {
        SamplingService sampling = new SamplingService();
        sampling.metrics = new ServiceMetrics(new SimpleMeterRegistry(), "test");
        sampling.config = new SmallRyeConfigBuilder()
                .withMapping(FunctionConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withDefaultValues(settings)
                .build()
                .getConfigMapping(FunctionConfig.class);
        ConfigurationException failure =
                assertThrows(ConfigurationException.class, () -> sampling.start(new StartupEvent()));
        assertFalse(sampling.ready());
        assertNull(failure.getCause(), "Quarkus would print a stack trace");
        assertFalse(failure.getMessage().contains("\n"), failure.getMessage());
        assertTrue(failure.getMessage().endsWith("."), failure.getMessage());
        return failure.getMessage();
    }

    private void copyBundle() throws IOException {
        copy(BUNDLE);
    }

    private void copy(Path bundle) throws IOException {
        try (Stream<Path> files = Files.list(bundle)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void aMissingBundleIsNamedWithTheSetting() {
        String message = failure(Map.of("adm4j.bundle", folder.resolve("none").toString()));
        assertEquals(
                "There is no bundle in " + folder.resolve("none") + " (no model.json): set ADM4J_BUNDLE or"
                        + " -Dadm4j.bundle to the folder or address of one.",
                message);
    }

    @Test
    void aDamagedFileIsNamed() throws IOException {
        copyBundle();
        Path graph = folder.resolve("denoiser.onnx");
        byte[] bytes = Files.readAllBytes(graph);
        bytes[bytes.length / 2] ^= 1;
        Files.write(graph, bytes);
        assertTrue(failure(Map.of("adm4j.bundle", folder.toString())).contains("denoiser.onnx"));
    }

    @Test
    void aMissingFileIsNamed() throws IOException {
        copyBundle();
        Files.delete(folder.resolve("denoiser.onnx"));
        assertTrue(failure(Map.of("adm4j.bundle", folder.toString())).contains("denoiser.onnx"));
    }

    @Test
    void aManifestThatIsNoJsonIsNamed() throws IOException {
        Files.writeString(folder.resolve("model.json"), "{\"name\": ");
        assertTrue(failure(Map.of("adm4j.bundle", folder.toString())).contains("model.json"));
    }

    @Test
    void aManifestWithoutItsPartsIsNamed() throws IOException {
        Files.writeString(folder.resolve("model.json"), "{}");
        assertTrue(failure(Map.of("adm4j.bundle", folder.toString())).contains("model.json"));
    }

    @Test
    void aWrongDefaultForSamplingIsNamed() throws IOException {
        copyBundle();
        Path manifest = folder.resolve("model.json");
        Files.writeString(
                manifest, Files.readString(manifest).replaceFirst("\\{", "{ \"sampling\": {\"sampler\": \"euler\"},"));
        String message = failure(Map.of("adm4j.bundle", folder.toString()));
        assertTrue(
                message.startsWith("The bundle test-32 has a wrong default for sampling: sampler must be one of"),
                message);
    }

    @Test
    void anUnsignedBundleIsRefusedIfAKeyIsSet() throws IOException {
        Path key = SigningKey.create(folder.resolve("key.pem"));
        Path base = TinyBundle.write(folder.resolve("base"), 4, true, List.of("a", "b"))
                .folder();
        Map<String, String> settings =
                Map.of("adm4j.bundle", base.toString(), "adm4j.bundle-key", key.toString(), "adm4j.device", "cuda");
        assertEquals(
                "The bundle " + base + " cannot be trusted: it has no model.json.sig, but a signed one is asked for;"
                        + " sign it with harness sign.",
                failure(settings));
        SigningKey.read(folder.resolve("key.pem")).sign(base);
        // Signed, it gets as far as the device.
        assertTrue(failure(settings).contains("CUDA"));
        String other = failure(Map.of("adm4j.bundle", base.toString(), "adm4j.bundle-key", "AAAA"));
        assertEquals("adm4j.bundle-key is no public Ed25519 key: make one with harness sign --new-key.", other);
    }

    @Test
    void aGraphThatDoesNotFitIsExplained() throws IOException {
        copyBundle();
        Path manifest = folder.resolve("model.json");
        String json = Files.readString(manifest);
        Files.writeString(manifest, json.replace("\"imageSize\" : 32", "\"imageSize\" : 64"));
        String message = failure(Map.of("adm4j.bundle", folder.toString()));
        assertTrue(message.contains("takes images of 32x32, but model.json says 64x64"), message);
        Files.writeString(manifest, json.replace("\"imageSize\" : 32", "\"imageSize\" : 1000000000"));
        message = failure(Map.of("adm4j.bundle", folder.toString()));
        assertTrue(message.contains("are larger than any that can be sampled"), message);
        Files.writeString(manifest, json.replace("\"Ankle boot\"", "\"boot\", \"hat\""));
        message = failure(Map.of("adm4j.bundle", folder.toString()));
        assertTrue(message.contains("names 11 classes, but its networks know 10"), message);
    }

    @Test
    void anUpsamplerIsNoBaseModel() {
        String message = failure(Map.of("adm4j.bundle", TestBundles.UPSAMPLER));
        assertTrue(message.contains("is an upsampler: set ADM4J_UPSAMPLER"), message);
    }

    @Test
    void channelsThatPngDoesNotHoldAreNamed() throws IOException {
        TinyBundle.write(folder.resolve("pairs"), 4, 2, true, List.of("a", "b"));
        assertEquals(
                "The bundle in " + folder.resolve("pairs")
                        + " samples images with 2 channels, which PNG, the form of all"
                        + " responses, cannot hold: set adm4j.bundle to a model of images with 1, 3 or 4.",
                failure(Map.of("adm4j.bundle", folder.resolve("pairs").toString())));
    }

    @Test
    void anUpsamplerOfOtherChannelsIsExplained() throws IOException {
        TinyBundle.writeUpsampler(folder, 32, 64, 1, false, 10);
        String message = failure(Map.of("adm4j.bundle", TestBundles.CONDITIONAL, "adm4j.upsampler", folder.toString()));
        assertTrue(
                message.endsWith("upsamples images with 1 channel, but the model test-32 samples images with 3."),
                message);
    }

    @Test
    void anUpsamplerOfOtherSizesIsExplained() throws IOException {
        TinyBundle.writeUpsampler(folder, 16, 64, false, 10);
        String message = failure(Map.of("adm4j.bundle", TestBundles.CONDITIONAL, "adm4j.upsampler", folder.toString()));
        assertTrue(
                message.endsWith("upsamples images of 16x16 to 64x64, but the model test-32 samples images of 32x32."),
                message);
    }

    @Test
    void aMissingUpsamplerIsNamedWithTheSetting() {
        String message = failure(Map.of(
                "adm4j.bundle",
                TestBundles.CONDITIONAL,
                "adm4j.upsampler",
                folder.resolve("none").toString()));
        assertEquals(
                "There is no bundle in " + folder.resolve("none") + " (no model.json): set ADM4J_UPSAMPLER or"
                        + " -Dadm4j.upsampler to the folder or address of one, or to nothing for none.",
                message);
    }

    @Test
    void aBaseModelIsNoUpsampler() {
        String message =
                failure(Map.of("adm4j.bundle", TestBundles.CONDITIONAL, "adm4j.upsampler", TestBundles.CONDITIONAL));
        assertTrue(message.contains("is no upsampler"), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"small_size\" : 32' | '\"small_size\" : 16' | contradicts itself: denoiser.onnx takes images of 32x32, but model.json says 16x16",
                "'\"Ankle boot\"'       | '\"boot\", \"hat\"'  | It names 11 classes, but its networks know 10",
            })
    void anUpsamplerThatDoesNotFitIsExplained(String words, String others, String expected) throws IOException {
        copy(Path.of(TestBundles.UPSAMPLER));
        Path manifest = folder.resolve("model.json");
        String json = Files.readString(manifest);
        assertTrue(json.contains(words), json);
        Files.writeString(manifest, json.replace(words, others));
        String message = failure(Map.of("adm4j.bundle", TestBundles.CONDITIONAL, "adm4j.upsampler", folder.toString()));
        assertTrue(message.contains(expected), message);
    }

    @Test
    void anUpsamplerOfOtherClassesIsExplained() throws IOException {
        copy(Path.of(TestBundles.UPSAMPLER));
        Path manifest = folder.resolve("model.json");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replace("\"Ankle boot\"", "\"boot\", \"hat\"")
                        .replace("\"num_classes\" : 10", "\"num_classes\" : 11"));
        String message = failure(Map.of("adm4j.bundle", TestBundles.CONDITIONAL, "adm4j.upsampler", folder.toString()));
        assertTrue(message.contains("knows 11 classes and the model test-32 10: they need the same ones."), message);
    }

    @Test
    void aWrongSettingOfTheUpsamplerIsNamed() {
        Map<String, String> cascade =
                Map.of("adm4j.bundle", TestBundles.CONDITIONAL, "adm4j.upsampler", TestBundles.UPSAMPLER);
        for (String[] wrong : new String[][] {
            {"adm4j.standard.upsampler-steps", "few", "adm4j.standard.* do not work: upsamplerSteps must be a number"},
        }) {
            Map<String, String> settings = new HashMap<>(cascade);
            settings.put(wrong[0], wrong[1]);
            String message = failure(settings);
            assertTrue(message.contains(wrong[2]), message);
        }
    }

    @Test
    void cudaDoesNotFallBackToTheCpu() {
        assertTrue(failure(Map.of("adm4j.bundle", BUNDLE.toString(), "adm4j.device", "cuda"))
                .contains("CUDA"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "adm4j.device | gpu | adm4j.device must be cpu or cuda",
                "adm4j.threads | -1 | adm4j.threads must be at least 0, not -1.",
                "adm4j.batch-size | -1 | adm4j.batch-size must be at least 0, not -1.",
                "adm4j.queue | 0 | adm4j.queue must be at least 1, not 0.",
                "adm4j.limit.seconds | 0 | adm4j.limit.seconds must be at least 1, not 0.",
                "adm4j.token-key | short | adm4j.token-key must have at least 16 characters",
                "adm4j.token-lifetime | 0S | adm4j.token-lifetime must be a time above 0, such as 30S.",
                "adm4j.deadline.standard | 2H | adm4j.deadline.standard must be at most adm4j.deadline.most.",
                "adm4j.drain.grace | -1S | adm4j.drain.delay and adm4j.drain.grace must not be negative.",
                "adm4j.limit.count | 0 | adm4j.limit.count must be at least 1, not 0.",
                "adm4j.limit.steps | 0 | adm4j.limit.steps must be at least 1, not 0.",
                "adm4j.limit.steps | 10 | The settings adm4j.standard.* do not work: steps must be from 1 to 10 in all, not 25.",
                "adm4j.standard.steps | 90,60 | adm4j.standard.* do not work: steps must have their sections joined by +: write 90+60",
                "adm4j.standard.steps | few | The settings adm4j.standard.* do not work: steps must be a number",
                "adm4j.standard.classifier-scale | -1 | The settings adm4j.standard.* do not work: classifierScale must be",
            })
    void aWrongSettingIsNamed(String name, String value, String expected) {
        String message = failure(Map.of("adm4j.bundle", BUNDLE.toString(), name, value));
        assertTrue(message.contains(expected), message);
    }
}
