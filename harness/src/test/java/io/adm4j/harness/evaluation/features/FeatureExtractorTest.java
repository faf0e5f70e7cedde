package io.adm4j.harness.evaluation.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Resampling;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks that harness trains; for the Inception network see {@link InceptionNetworkTest}. */
class FeatureExtractorTest {
    private static final Path BUNDLE =
            Path.of(System.getProperty("adm4j.root", ".."), "harness", "bundles", "fashion-mnist-32");
    private static final int IMAGES = 19;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void featuresAreTheSameBitsInAnyBatchWithAnyNumberOfThreads(int threads) {
        Tensor images = images();
        Path network = BUNDLE.resolve("features.onnx");
        FeatureExtractor.FeatureBatch expected;
        try (FeatureExtractor alone = FeatureExtractor.open(network, Device.CPU, 1)) {
            expected = alone.extract(images);
        }
        try (FeatureExtractor extractor = FeatureExtractor.open(network, Device.CPU, threads)) {
            for (int size : new int[] {1, 2, 3, 5, 8, IMAGES}) {
                for (int from = 0; from < IMAGES; from += size) {
                    int to = Math.min(IMAGES, from + size);
                    FeatureExtractor.FeatureBatch found = extractor.extract(images.rows(from, to));
                    assertArrayEquals(rows(expected.features(), from, to), found.features());
                    assertArrayEquals(
                            rows(expected.probabilities().orElseThrow(), from, to),
                            found.probabilities().orElseThrow());
                }
            }
        }
    }

    @Test
    void columnMeansOfGivenImages() throws IOException {
        Tensor images = images();
        float[] expected = new float[96];
        for (int row = 0; row < 32; row++) {
            for (int i = 0; i < 96; i++) {
                int value = images.bytes().get(row * 96 + i) & 0xff;
                expected[i % 3 * 32 + i / 3] += (value / 127.5f - 1) / 32;
            }
        }
        try (FeatureExtractor extractor =
                FeatureExtractor.open(FeatureNetworks.columnMeans(folder.resolve("means.onnx"), 32), Device.CPU, 2)) {
            FeatureExtractor.FeatureBatch found = extractor.extract(images);

            assertEquals(32, extractor.imageHeight());
            assertArrayEquals(expected, rows(found.features(), 0, 1), 1e-5f);
            UserError size = assertThrows(
                    UserError.class, () -> extractor.extract(Tensor.zeros(ElementType.UINT8, 1, 16, 16, 3)));
            assertEquals("The images are 16x16, but the feature network takes 32x32.", size.getMessage());
        }
    }

    @Test
    void aNetworkMayGiveFeaturesAloneUnderAnyName() throws IOException {
        Tensor images = images();
        Path named = FeatureNetworks.onlyFeatures(folder.resolve("only.onnx"), 32, 32);
        try (FeatureExtractor means = FeatureExtractor.open(
                        FeatureNetworks.columnMeans(folder.resolve("means.onnx"), 32), Device.CPU, 1);
                FeatureExtractor only = FeatureExtractor.open(named, Device.CPU, 1)) {
            assertArrayEquals(
                    means.extract(images).features(), only.extract(images).features());
            assertTrue(only.extract(images).probabilities().isEmpty());
            assertTrue(means.givesClasses() && !only.givesClasses());
            assertEquals(4 * 96, only.bytesPerImage());
        }
    }

    @Test
    void imagesAreResizedToTheNetworksOwnSize() throws IOException {
        Tensor images = images();
        Path network = FeatureNetworks.onlyFeatures(folder.resolve("only.onnx"), 24, 40);
        try (FeatureExtractor own = FeatureExtractor.open(network, Device.CPU, 1)) {
            assertEquals(24, own.imageHeight());
            assertEquals(40, own.imageWidth());
            UserError refused = assertThrows(UserError.class, () -> own.extract(images));
            assertEquals("The images are 32x32, but the feature network takes 40x24.", refused.getMessage());
            for (Resampling filter :
                    new Resampling[] {Resampling.BICUBIC_ANTIALIAS, Resampling.BILINEAR, Resampling.TF1}) {
                try (FeatureExtractor resizing = FeatureExtractor.open(network, Device.CPU, 1, Optional.of(filter))) {
                    assertArrayEquals(
                            own.extract(filter.apply(images, 24, 40)).features(),
                            resizing.extract(images).features());
                }
            }
        }
    }

    @Test
    void refusesWhatIsNoFeatureNetwork() throws IOException {
        Path text = Files.writeString(folder.resolve("text.onnx"), "no graph");
        Path denoiser = BUNDLE.resolve("denoiser.onnx");

        assertTrue(refusal(folder.resolve("none.onnx")).startsWith("There is no feature network"));
        assertTrue(refusal(text).contains("text.onnx"));
        assertTrue(refusal(denoiser).contains("is no feature network: it takes [x[-1, 3, 32, 32]"), refusal(denoiser));
    }

    private static String refusal(Path network) {
        return assertThrows(UserError.class, () -> FeatureExtractor.open(network, Device.CPU, 2))
                .getMessage();
    }

    private static Tensor images() {
        byte[] values = new byte[IMAGES * 32 * 32 * 3];
        new SplittableRandom(5).nextBytes(values);
        return Tensor.of(values, IMAGES, 32, 32, 3);
    }

    private static float[] rows(float[] ofAll, int from, int to) {
        int length = ofAll.length / IMAGES;
        return Arrays.copyOfRange(ofAll, from * length, to * length);
    }
}
