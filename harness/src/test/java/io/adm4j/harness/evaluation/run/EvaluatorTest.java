package io.adm4j.harness.evaluation.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.evaluation.features.FeatureExtractor;
import io.adm4j.harness.evaluation.features.FeatureNetworks;
import io.adm4j.harness.evaluation.features.MeasuredImages;
import io.adm4j.harness.evaluation.features.NearestImages;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Interval;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import io.adm4j.harness.evaluation.result.Scores;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatorTest {
    private static final int SIZE = 4;

    @TempDir
    Path folder;

    @Test
    void scalesImagesToTheRangeOfTheNetwork() throws IOException {
        byte[] image = new byte[SIZE * SIZE * 3];
        for (int p = 0; p < SIZE * SIZE; p++) {
            image[p * 3] = (byte) 255;
            image[p * 3 + 2] = (byte) (p % SIZE == 0 ? 51 : 102);
        }
        try (FeatureExtractor extractor = FeatureExtractor.open(network(), Device.CPU, 1)) {
            FeatureExtractor.FeatureBatch batch = extractor.extract(Tensor.of(image, 1, SIZE, SIZE, 3));

            assertEquals(SIZE, extractor.imageHeight());
            assertArrayEquals(
                    new float[] {1, 1, 1, 1, -1, -1, -1, -1, -0.6f, -0.2f, -0.2f, -0.2f}, batch.features(), 1e-6f);
        }
    }

    @Test
    void batchSizeChangesNothing() throws IOException {
        Scores small = evaluate(7, images(100, 1, 256), images(90, 2, 256));
        Scores large = evaluate(64, images(100, 1, 256), images(90, 2, 256));

        assertEquals(small.value(Metric.FID), large.value(Metric.FID), 1e-9);
        assertEquals(small.value(Metric.PRECISION), large.value(Metric.PRECISION));
        assertEquals(small.value(Metric.RECALL), large.value(Metric.RECALL));
        assertEquals(100, small.referenceCount());
        assertEquals(90, small.sampleCount());
        assertTrue(small.warnings().isEmpty());
    }

    @Test
    void equalImagesScoreBest() throws IOException {
        Scores scores = evaluate(16, images(60, 1, 256), images(60, 1, 256));

        assertEquals(0, scores.value(Metric.FID), 1e-6);
        assertEquals(1, scores.value(Metric.PRECISION));
        assertEquals(1, scores.value(Metric.RECALL));
    }

    @Test
    void worseImagesScoreWorse() throws IOException {
        double like = evaluate(16, images(200, 1, 256), images(200, 2, 256)).value(Metric.FID);
        double dark = evaluate(16, images(200, 1, 256), images(200, 2, 100)).value(Metric.FID);

        assertTrue(dark > 10 * like, like + " and " + dark);
    }

    @Test
    void everyFigureSaysWhatItIs() throws IOException {
        EvaluatorSettings all = new EvaluatorSettings(4, 50, 16, EnumSet.allOf(Metric.class), 200, true);
        try (Evaluator evaluator = Evaluator.open(network(), Device.CPU, 1, all)) {
            AtomicLong done = new AtomicLong();
            MeasuredImages reference = evaluator.measure(ImageStream.of(images(100, 1, 256)), n -> {});
            MeasuredImages samples = evaluator.measure(ImageStream.of(images(90, 2, 256)), n -> {});

            Scores scores = evaluator.compare(reference, samples, done::addAndGet);

            assertEquals(evaluator.work(reference, samples), done.get());
            assertEquals(
                    Set.of(
                            "sFID was left out: the feature network gives no spatial features.",
                            "Scores per class were left out: the samples have no labels."),
                    Set.copyOf(scores.warnings()));
            assertEquals(
                    EnumSet.complementOf(EnumSet.of(Metric.SFID)),
                    EnumSet.copyOf(scores.scores().stream().map(Score::metric).toList()));
            for (Score score : scores.scores()) {
                String definition = score.definition();
                assertTrue(definition.contains("90 samples") && definition.endsWith("."), definition);
                if (score.metric() != Metric.INCEPTION_SCORE) {
                    assertTrue(definition.contains("12 features") && definition.contains("100 reference"), definition);
                }
                if (EnumSet.range(Metric.PRECISION, Metric.COVERAGE).contains(score.metric())) {
                    assertTrue(definition.contains("k = 4"), definition);
                }
            }
            Score inception = scores.get(Metric.INCEPTION_SCORE).orElseThrow();
            assertTrue(inception.definition().contains("2 consecutive parts of 50"), inception.definition());
            assertTrue(inception.standardError().isPresent());
            Score fid = scores.get(Metric.FID).orElseThrow();
            assertTrue(fid.definition().contains("200 bootstrap resamples"), fid.definition());
            Interval interval = fid.interval().orElseThrow();
            assertTrue(interval.low() < fid.value() && fid.value() < interval.high(), interval.toString());
            assertEquals(scores, evaluator.compare(reference, samples, n -> {}), "scores repeat");
        }
    }

    @Test
    void orderOfTheSamplesDoesNotMatter() throws IOException {
        Tensor images = images(90, 2, 256);
        Tensor reversed = Tensor.zeros(images.type(), images.shape());
        for (int i = 0; i < 90; i++) {
            reversed.rows(i, i + 1).bytes().put(images.rows(89 - i, 90 - i).bytes());
        }
        EvaluatorSettings all =
                new EvaluatorSettings(3, 5000, 16, EnumSet.complementOf(EnumSet.of(Metric.FID_INFINITY)), 0, false);
        try (Evaluator evaluator = Evaluator.open(network(), Device.CPU, 1, all)) {
            MeasuredImages reference = evaluator.measure(ImageStream.of(images(100, 1, 256)), n -> {});
            Scores one = evaluator.compare(reference, evaluator.measure(ImageStream.of(images), n -> {}), n -> {});
            Scores other = evaluator.compare(reference, evaluator.measure(ImageStream.of(reversed), n -> {}), n -> {});

            for (Score score : one.scores()) {
                assertEquals(
                        score.value(),
                        other.value(score.metric()),
                        1e-9 + 1e-7 * score.value(),
                        score.metric().title());
            }
        }
    }

    @Test
    void findsTheNearestImages() throws IOException {
        Tensor reference = images(70, 1, 256);
        Tensor samples = Tensor.zeros(reference.type(), 5, SIZE, SIZE, 3);
        for (int i = 0; i < 5; i++) {
            samples.rows(i, i + 1)
                    .bytes()
                    .put(reference.rows(10L * i, 10L * i + 1).bytes());
        }
        try (Evaluator evaluator = Evaluator.open(network(), Device.CPU, 1, settings(16))) {
            List<NearestImages> found = evaluator.nearest(
                    evaluator.measure(ImageStream.of(reference), n -> {}),
                    evaluator.measure(ImageStream.of(samples), n -> {}),
                    3,
                    4);

            assertEquals(3, found.size());
            for (int i = 0; i < 3; i++) {
                NearestImages one = found.get(i);
                assertEquals(i, one.sample());
                assertEquals(10 * i, one.reference()[0]);
                assertEquals(0, one.distance()[0]);
                assertEquals(4, one.reference().length);
                for (int n = 1; n < 4; n++) {
                    assertTrue(one.distance()[n] >= one.distance()[n - 1] && one.distance()[n] > 0);
                }
            }
        }
    }

    @Test
    void warnsOfTooFewImages() throws IOException {
        Scores scores = evaluate(16, images(60, 1, 256), images(10, 2, 256));

        assertEquals(1, scores.warnings().size());
        assertTrue(
                scores.warnings().get(0).contains("10 images on 12 features"),
                scores.warnings().get(0));
        assertTrue(Double.isFinite(scores.value(Metric.FID)));
    }

    @Test
    void refusesTooFewImages() {
        UserError e = assertThrows(UserError.class, () -> evaluate(16, images(3, 1, 256), images(60, 2, 256)));

        assertEquals(
                "Precision, Recall with k = 3 take at least 4 images in each set; there are only 3.", e.getMessage());
    }

    @Test
    void refusesFeaturesThatAreNoNumbers() throws IOException {
        Path broken = FeatureNetworks.rootsOfColumnMeans(folder.resolve("broken.onnx"), SIZE);
        try (Evaluator evaluator = Evaluator.open(broken, Device.CPU, 1, EvaluatorSettings.published())) {
            UserError e =
                    assertThrows(UserError.class, () -> evaluator.measure(ImageStream.of(images(9, 1, 256)), n -> {}));

            assertTrue(e.getMessage().contains("not a finite number (NaN)"), e.getMessage());
        }
    }

    @Test
    void refusesImagesOfOtherSize() throws IOException {
        try (Evaluator evaluator = Evaluator.open(network(), Device.CPU, 1, EvaluatorSettings.published())) {
            Tensor large = Tensor.of(new byte[5 * 8 * 8 * 3], 5, 8, 8, 3);

            UserError e = assertThrows(UserError.class, () -> evaluator.measure(ImageStream.of(large), n -> {}));

            assertEquals("The images are 8x8, but the feature network takes 4x4.", e.getMessage());
        }
    }

    @Test
    void refusesWhatIsNoFeatureNetwork() throws IOException {
        Path text = Files.writeString(folder.resolve("text.onnx"), "no graph");

        for (Path file : new Path[] {text, folder.resolve("missing.onnx")}) {
            UserError e = assertThrows(UserError.class, () -> FeatureExtractor.open(file, Device.CPU, 1));
            assertFalse(e.getMessage().contains("\n"), e.getMessage());
        }
    }

    private Scores evaluate(int batchSize, Tensor reference, Tensor samples) throws IOException {
        AtomicLong seen = new AtomicLong();
        try (Evaluator evaluator = Evaluator.open(network(), Device.CPU, 1, settings(batchSize))) {
            Scores scores = evaluator.compare(
                    evaluator.measure(ImageStream.of(reference), seen::addAndGet),
                    evaluator.measure(ImageStream.of(samples), seen::addAndGet),
                    pairs -> {});
            assertEquals(reference.dim(0) + samples.dim(0), seen.get());
            return scores;
        }
    }

    private static EvaluatorSettings settings(int batchSize) {
        Set<Metric> metrics = EnumSet.of(Metric.INCEPTION_SCORE, Metric.FID, Metric.PRECISION, Metric.RECALL);
        return new EvaluatorSettings(3, 5000, batchSize, metrics, 0, false);
    }

    private Path network() throws IOException {
        return FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
    }

    private static Tensor images(int count, long seed, int levels) {
        Random random = new Random(seed);
        byte[] values = new byte[count * SIZE * SIZE * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) random.nextInt(levels);
        }
        return Tensor.of(values, count, SIZE, SIZE, 3);
    }
}
