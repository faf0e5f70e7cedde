package io.adm4j.harness.evaluation.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.importer.torch.PickleBytes;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.Resampling;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that {@code export/src/test/generator/statistics.py} wrote as EDM2, StyleGAN and torch-fidelity do. */
class PickledStatisticsTest {
    private static final double[] MU = {1, 2, 3};
    private static final double[] SIGMA = {2, 0.5, 0, 0.5, 3, 0.25, 0, 0.25, 4};

    @TempDir
    Path folder;

    @Test
    void takesThoseOfTheNetworkWithAsManyFeatures() throws IOException {
        FeatureStatistics three = read("edm2.pkl", 3);

        assertArrayEquals(MU, three.mean());
        assertArrayEquals(SIGMA, three.covariance());
        assertEquals(100, three.count());
        assertArrayEquals(new double[] {1, 2}, read("edm2.pkl", 2).mean());
        UserError e = assertThrows(UserError.class, () -> read("edm2.pkl", 4));
        assertTrue(e.getMessage().contains("no statistics of the 4 features"), e.getMessage());
        assertTrue(e.getMessage().contains("fid/mu, fd_dinov2/mu"), e.getMessage());
    }

    @Test
    void takesTheOnlyOnes() throws IOException {
        FeatureStatistics saved = read("fidelity.pt", 7);

        assertArrayEquals(MU, saved.mean());
        assertArrayEquals(SIGMA, saved.covariance());
        assertEquals(FeatureStatistics.UNKNOWN, saved.count());
    }

    @Test
    void sumsBecomeMeanAndCovariance() throws IOException {
        FeatureStatistics statistics = read("stylegan.pkl", 3);

        assertArrayEquals(MU, statistics.mean(), 1e-12);
        assertArrayEquals(SIGMA, statistics.covariance(), 1e-12);
        assertEquals(100, statistics.count());
    }

    @Test
    void aPickleWithoutStatisticsIsRefused() throws IOException {
        UserError e = assertThrows(UserError.class, () -> read("forms.pkl", 3));

        assertTrue(e.getMessage().contains("has no statistics: mu and sigma"), e.getMessage());
    }

    @Test
    void picklesHaveNoImages() throws IOException {
        Path file = file("edm2.pkl");

        assertTrue(ReferenceBatch.isPickled(file));
        assertEquals(new ReferenceBatch.Contents(true, 0, FeatureStatistics.UNKNOWN), ReferenceBatch.contents(file));
        assertFalse(ReferenceBatch.isPickled(folder));
        assertFalse(ReferenceBatch.isPickled(folder.resolve("missing.pkl")));
    }

    private FeatureStatistics read(String name, int features) throws IOException {
        ReferenceBatch batch = ReferenceBatch.read(
                file(name),
                () -> features,
                () -> {
                    throw new AssertionError("No pickle names a network.");
                },
                Resampling.NONE);
        assertEquals(0, batch.images());
        assertTrue(batch.spatialStatistics().isEmpty());
        return batch.statistics().orElseThrow();
    }

    private Path file(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = PickleBytes.class.getResourceAsStream(name)) {
            return Files.write(file, in.readAllBytes());
        }
    }
}
