package io.adm4j.harness.evaluation.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.data.DatasetOptions;
import io.adm4j.harness.data.ImageStream;
import io.adm4j.harness.evaluation.result.ClassScores;
import io.adm4j.harness.evaluation.result.EvaluatorSettings;
import io.adm4j.harness.evaluation.result.Metric;
import io.adm4j.harness.evaluation.result.Score;
import io.adm4j.harness.evaluation.result.Scores;
import io.adm4j.harness.evaluation.run.Evaluator;
import io.adm4j.io.Npz;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.HalfFloat;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reference batches, written and read, with a network of 12 features. */
class ReferenceBatchTest {
    private static final int SIZE = 4;
    private static final int COLUMNS = 3 * SIZE;
    private static final Set<Metric> METRICS =
            EnumSet.of(Metric.FID, Metric.KID, Metric.PRECISION, Metric.RECALL, Metric.DENSITY, Metric.COVERAGE);

    @TempDir
    Path folder;

    private Evaluator evaluator;
    private Path file;

    @BeforeEach
    void open() throws IOException {
        evaluator = evaluator(METRICS, false);
        file = folder.resolve("ref.npz");
    }

    @AfterEach
    void close() {
        evaluator.close();
    }

    @Test
    void writesWhatItReads() throws IOException {
        evaluator.close();
        evaluator = evaluator(METRICS, true);
        Tensor all = images(150, 1);
        write(all, labels(150), 40);
        Map<String, Tensor> arrays = Npz.read(file);

        assertArrayEquals(new long[] {40, SIZE, SIZE, 3}, arrays.get("arr_0").shape());
        assertArrayEquals(new long[] {40}, arrays.get("arr_1").shape());
        assertEquals(ElementType.FLOAT64, arrays.get("mu").type());
        assertEquals(ElementType.FLOAT64, arrays.get("sigma").type());
        assertFalse(arrays.containsKey("mu_s"), "the network has no spatial features");
        assertEquals("arr_0", Npz.read(file).keySet().iterator().next());
        AtomicLong done = new AtomicLong();
        MeasuredImages read = evaluator.readReference(file, done::addAndGet);
        assertEquals(40, evaluator.imagesOf(file));
        assertEquals(40, done.get());
        assertEquals(40, read.count());
        assertEquals(150, read.statistics().count());
        MeasuredImages measured = evaluator.measure(ImageStream.of(all), n -> {});
        assertArrayEquals(measured.statistics().mean(), read.statistics().mean(), 1e-12);
        assertArrayEquals(measured.statistics().covariance(), read.statistics().covariance(), 1e-12);
        int[] kept = read.labels().orElseThrow();
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            int origin = indexOf(all, arrays.get("arr_0").rows(i, i + 1));
            assertEquals(origin % 7, kept[i], "label of image " + i);
            assertTrue(seen.add(origin), "each image once");
        }
    }

    @Test
    void theChoiceDependsOnTheSeedOnly() throws IOException {
        Tensor all = images(60, 1);
        write(all, labels(60), 20);
        byte[] first = Files.readAllBytes(file);
        write(all, labels(60), 20);
        assertArrayEquals(first, Files.readAllBytes(file));
        evaluator.writeReference(file, ImageStream.of(all), 20, 1, n -> {});
        assertFalse(Arrays.equals(first, Files.readAllBytes(file)));
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"FLOAT16", "FLOAT32", "FLOAT64"})
    void takesStatisticsOfAnyPrecision(ElementType type) {
        MeasuredImages samples = evaluator.measure(ImageStream.of(images(200, 2)), n -> {});
        MeasuredImages measured = evaluator.measure(ImageStream.of(images(300, 1)), n -> {});
        Npz.write(
                file,
                Map.of(
                        "mu", as(type, measured.statistics().mean(), COLUMNS),
                        "sigma", as(type, measured.statistics().covariance(), COLUMNS, COLUMNS),
                        "arr_0", images(300, 1),
                        "arr_1", Tensor.of(new double[] {0.5}, 1),
                        "unrelated", Tensor.of(new long[] {1, 2}, 2)));
        double expected = evaluator.compare(measured, samples, n -> {}).value(Metric.FID);

        MeasuredImages read = evaluator.readReference(file, n -> {});

        double tolerance = type == ElementType.FLOAT16 ? 0.05 * expected : 1e-6;
        assertEquals(expected, evaluator.compare(read, samples, n -> {}).value(Metric.FID), tolerance);
        assertEquals(FeatureStatistics.UNKNOWN, read.statistics().count());
    }

    @Test
    void statisticsComeFromTheImagesWhereTheFileHasNone() {
        Npz.write(file, Map.of("arr_0", images(50, 1)));

        MeasuredImages read = evaluator.readReference(file, n -> {});

        assertEquals(50, read.statistics().count());
        assertEquals(Optional.empty(), read.labels());
    }

    @Test
    void statisticsAloneGiveFidAndLeaveOutTheRest() {
        write(images(150, 1), Optional.empty(), 0);
        MeasuredImages samples = evaluator.measure(ImageStream.of(images(100, 2)), n -> {});
        AtomicLong done = new AtomicLong();
        MeasuredImages read = evaluator.readReference(file, n -> {});
        Scores scores = evaluator.compare(read, samples, done::addAndGet);

        assertEquals(0, evaluator.imagesOf(file));
        assertEquals(1, scores.scores().size());
        assertTrue(scores.value(Metric.FID) > 0);
        assertEquals(
                "KID, Precision, Recall, Density, Coverage were left out: the reference holds statistics only, no images.",
                scores.warnings().get(0));
        assertEquals(evaluator.work(read, samples), done.get());
    }

    @Test
    void imagesAreNotMeasuredWhereStatisticsSuffice() throws IOException {
        write(images(150, 1), labels(150), 50);
        try (Evaluator fidOnly = evaluator(Set.of(Metric.FID), false)) {
            assertEquals(0, fidOnly.imagesOf(file));
            assertEquals(0, fidOnly.readReference(file, n -> {}).count());
        }
        Npz.write(file, Map.of("arr_0", images(30, 1)));
        try (Evaluator fidOnly = evaluator(Set.of(Metric.FID), false)) {
            assertEquals(30, fidOnly.imagesOf(file));
            assertEquals(30, fidOnly.readReference(file, n -> {}).count());
        }
    }

    @Test
    void scoresEachClass() throws IOException {
        write(images(210, 1), labels(210), 210);
        try (Evaluator each = evaluator(METRICS, true)) {
            int[] labels = labels(140).orElseThrow();
            labels[3] = 99;
            MeasuredImages samples = each.measure(ImageStream.of(images(140, 2)), labels, n -> {});
            MeasuredImages reference = each.readReference(file, n -> {});
            AtomicLong done = new AtomicLong();

            Scores scores = each.compare(reference, samples, done::addAndGet);

            assertEquals(each.work(reference, samples), done.get());
            assertEquals(7, scores.perClass().size());
            for (ClassScores one : scores.perClass()) {
                assertEquals(30, one.referenceCount());
                assertEquals(one.label() == 3 ? 19 : 20, one.sampleCount());
                assertEquals(METRICS.size(), one.scores().size());
                for (Score score : one.scores()) {
                    assertTrue(Double.isFinite(score.value()));
                    assertTrue(score.definition().contains("class " + one.label()), score.definition());
                    assertTrue(score.definition().contains("12 features"), score.definition());
                }
            }
            assertEquals(1, scores.warnings().size(), scores.warnings().toString());
            assertTrue(
                    scores.warnings().get(0).startsWith("1 of the samples' 8 classes"),
                    scores.warnings().get(0));
        }
    }

    @Test
    void refusesWrongReferencesWithOneSentence() throws IOException {
        double[] mean = new double[COLUMNS];
        double[] unit = identity(COLUMNS);
        refused("neither statistics (mu and sigma) nor images", Map.of("labels", Tensor.of(new long[] {1}, 1)));
        refused("has no sigma, but mu", Map.of("mu", Tensor.of(mean, COLUMNS)));
        refused(
                "has no mu_s, but sigma_s",
                Map.of(
                        "mu",
                        Tensor.of(mean, COLUMNS),
                        "sigma",
                        Tensor.of(unit, COLUMNS, COLUMNS),
                        "sigma_s",
                        Tensor.of(unit, COLUMNS, COLUMNS)));
        refused(
                "has statistics of 5 features (mu), but the feature network gives 12",
                Map.of("mu", Tensor.of(new double[5], 5), "sigma", Tensor.of(identity(5), 5, 5)));
        refused("does not fit the mean", Map.of("mu", Tensor.of(mean, COLUMNS), "sigma", Tensor.of(identity(5), 5, 5)));
        refused(
                "floating-point numbers of two dimensions",
                Map.of("mu", Tensor.of(mean, COLUMNS), "sigma", Tensor.of(unit, COLUMNS * COLUMNS)));
        refused(
                "floating-point numbers of one dimension",
                Map.of("mu", Tensor.of(new long[COLUMNS], COLUMNS), "sigma", Tensor.of(unit, COLUMNS, COLUMNS)));
        double[] broken = mean.clone();
        broken[3] = Double.NaN;
        refused(
                "not a finite number (NaN)",
                Map.of("mu", Tensor.of(broken, COLUMNS), "sigma", Tensor.of(unit, COLUMNS, COLUMNS)));
        double[] skewed = unit.clone();
        skewed[5] = 0.5;
        refused(
                "it is not symmetric",
                Map.of("mu", Tensor.of(mean, COLUMNS), "sigma", Tensor.of(skewed, COLUMNS, COLUMNS)));
        double[] negative = unit.clone();
        negative[0] = -1;
        refused(
                "a variance of -1.0",
                Map.of("mu", Tensor.of(mean, COLUMNS), "sigma", Tensor.of(negative, COLUMNS, COLUMNS)));
        write(images(30, 1), Optional.empty(), 10);
        Path other = FeatureNetworks.rootsOfColumnMeans(folder.resolve("other.onnx"), SIZE);
        try (Evaluator foreign = Evaluator.open(other, Device.CPU, 1, evaluator.settings())) {
            UserError e = assertThrows(UserError.class, () -> foreign.readReference(file, n -> {}));
            assertTrue(e.getMessage().contains("of another network"), e.getMessage());
        }
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 200));
        assertThrows(UserError.class, () -> evaluator.readReference(file, n -> {}));
    }

    private void refused(String part, Map<String, Tensor> arrays) {
        Npz.write(file, new HashMap<>(arrays));
        UserError e = assertThrows(UserError.class, () -> evaluator.readReference(file, n -> {}));
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertTrue(e.getMessage().endsWith(".") && !e.getMessage().contains("\n"), e.getMessage());
    }

    private Evaluator evaluator(Set<Metric> metrics, boolean perClass) throws IOException {
        Path network = FeatureNetworks.columnMeans(folder.resolve("features.onnx"), SIZE);
        return Evaluator.open(network, Device.CPU, 1, new EvaluatorSettings(3, 5000, 16, metrics, 0, perClass));
    }

    private void write(Tensor all, Optional<int[]> labels, int kept) {
        Map<String, Tensor> arrays = new HashMap<>();
        arrays.put("arr_0", all);
        labels.ifPresent(l ->
                arrays.put("arr_1", Tensor.of(Arrays.stream(l).asLongStream().toArray(), l.length)));
        Path data = folder.resolve("data.npz");
        Npz.write(data, arrays);
        try (ImageStream stream = ImageStream.open(data, DatasetOptions.ofSize(SIZE))) {
            evaluator.writeReference(file, stream, kept, 0, n -> {});
        }
    }

    private static Optional<int[]> labels(int count) {
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % 7;
        }
        return Optional.of(labels);
    }

    private static int indexOf(Tensor all, Tensor image) {
        for (int i = 0; i < all.dim(0); i++) {
            if (all.rows(i, i + 1).bytes().equals(image.bytes())) {
                return i;
            }
        }
        return -1;
    }

    private static double[] identity(int n) {
        double[] unit = new double[n * n];
        for (int i = 0; i < n; i++) {
            unit[i * n + i] = 1;
        }
        return unit;
    }

    private static Tensor as(ElementType type, double[] values, long... shape) {
        Tensor result = Tensor.zeros(type, shape);
        ByteBuffer out = result.bytes();
        for (double v : values) {
            switch (type) {
                case FLOAT16 -> out.putShort(HalfFloat.bits((float) v));
                case FLOAT32 -> out.putFloat((float) v);
                default -> out.putDouble(v);
            }
        }
        return result;
    }

    private static Tensor images(int count, long seed) {
        byte[] values = new byte[count * SIZE * SIZE * 3];
        new Random(seed).nextBytes(values);
        return Tensor.of(values, count, SIZE, SIZE, 3);
    }
}
