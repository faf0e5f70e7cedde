package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.harness.evaluation.linalg.Shuffle;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KernelDistanceTest {
    private static MatrixProducts products;

    @BeforeAll
    static void open() {
        products = MatrixProducts.open(1);
    }

    @AfterAll
    static void close() {
        products.close();
    }

    @Test
    void equalsTheDefinitionForSetsTakenWhole() {
        FeatureMatrix a = Features.gaussian(1200, 5, 1, 0, 1);
        FeatureMatrix b = Features.gaussian(90, 5, 2, 0.7, 1.5);
        AtomicLong pairs = new AtomicLong();

        KernelDistance found = KernelDistance.between(a, b, 0, products, pairs::addAndGet);

        double expected = meanKernel(a, a, true) + meanKernel(b, b, true) - 2 * meanKernel(a, b, false);
        assertEquals(expected, found.value(), 1e-9 * Math.abs(expected));
        assertEquals(1, found.subsets());
        assertEquals(90, found.sampleSize());
        assertEquals(1200, found.referenceSize());
        assertEquals(KernelDistance.pairs(1200, 90), pairs.get());
    }

    @Test
    void subsetsFindWhatTheWholeSetsGive() {
        FeatureMatrix a = Features.gaussian(1500, 6, 1, 0, 1);
        FeatureMatrix b = Features.gaussian(1400, 6, 2, 0.3, 1);
        double whole = meanKernel(a, a, true) + meanKernel(b, b, true) - 2 * meanKernel(a, b, false);
        AtomicLong pairs = new AtomicLong();

        KernelDistance found = KernelDistance.between(a, b, 3, products, pairs::addAndGet);

        assertEquals(100, found.subsets());
        assertEquals(whole, found.value(), 5 * found.standardError());
        assertTrue(found.standardError() < 0.1 * whole, found.toString());
        assertEquals(KernelDistance.pairs(1500, 1400), pairs.get());
        assertEquals(found, KernelDistance.between(a, b, 3, products, p -> {}));
    }

    @Test
    void standardErrorIsThatOfTheImagesParts() {
        FeatureMatrix a = Features.gaussian(12, 3, 1, 0, 1);
        FeatureMatrix b = Features.gaussian(9, 3, 2, 0.7, 1.5);
        double expected = 2 * Math.sqrt(varianceOfParts(a, b) / 12 + varianceOfParts(b, a) / 9);

        assertEquals(
                expected, KernelDistance.between(a, b, 0, products, p -> {}).standardError(), 1e-9 * expected);
    }

    @Test
    void subsetsAreShuffledByTheSeed() {
        FeatureMatrix a = Features.gaussian(1003, 2, 1, 0, 1);
        FeatureMatrix b = Features.gaussian(1002, 2, 2, 0.3, 1);
        SplittableRandom random = new SplittableRandom(5);
        int[] rows = IntStream.range(0, 1003).toArray();
        int[] otherRows = IntStream.range(0, 1002).toArray();
        double sum = 0;
        double square = 0;
        for (int s = 0; s < 100; s++) {
            Shuffle.mix(rows, 1000, random);
            Shuffle.mix(otherRows, 1000, random);
            double value = KernelDistance.between(
                            a.select(Arrays.copyOf(rows, 1000)),
                            b.select(Arrays.copyOf(otherRows, 1000)),
                            0,
                            products,
                            p -> {})
                    .value();
            sum += value;
            square += value * value;
        }
        double mean = sum / 100;
        double deviation = Math.sqrt((square - 100 * mean * mean) / 99);

        KernelDistance found = KernelDistance.between(a, b, 5, products, p -> {});

        assertEquals(mean, found.value(), 1e-12);
        assertEquals(deviation / 10, found.standardError(), 1e-6 * deviation);
    }

    @Test
    void aSetOfTwoImagesIsEnough() {
        FeatureMatrix two = Features.gaussian(2, 3, 1, 0, 1);
        double expected = 2 * meanKernel(two, two, true) - 2 * meanKernel(two, two, false);

        assertEquals(
                expected, KernelDistance.between(two, two, 0, products, p -> {}).value(), 1e-12);
    }

    /** Unbiased: around zero, on both sides of it, and as far from it as the standard error says. */
    @Test
    void isAboutZeroForTheSameDistribution() {
        int below = 0;
        double sum = 0;
        double square = 0;
        double errors = 0;
        int times = 60;
        for (int i = 0; i < times; i++) {
            KernelDistance found = KernelDistance.between(
                    Features.gaussian(80, 4, 10 + i, 0.5, 1),
                    Features.gaussian(80, 4, 1000 + i, 0.5, 1),
                    0,
                    products,
                    p -> {});
            below += found.value() < 0 ? 1 : 0;
            sum += found.value();
            square += found.value() * found.value();
            errors += found.standardError();
        }
        double deviation = Math.sqrt(square / times);

        assertTrue(below > times / 5 && below < times * 9 / 10, below + " below 0");
        assertEquals(0, sum / times, 3 * deviation / Math.sqrt(times));
        assertTrue(
                errors / times > 0.3 * deviation && errors / times < 3 * deviation,
                errors / times + " and " + deviation);
    }

    @Test
    void standardErrorIsTheSpreadOverNewSets() {
        double[] values = new double[80];
        double mean = 0;
        double errors = 0;
        for (int i = 0; i < values.length; i++) {
            KernelDistance found = KernelDistance.between(
                    Features.gaussian(120, 4, 10 + i, 0, 1),
                    Features.gaussian(100, 4, 1000 + i, 0.8, 1),
                    0,
                    products,
                    p -> {});
            values[i] = found.value();
            mean += found.value() / values.length;
            errors += found.standardError() / values.length;
        }
        double variance = 0;
        for (double v : values) {
            variance += (v - mean) * (v - mean) / (values.length - 1);
        }

        assertEquals(Math.sqrt(variance), errors, 0.25 * errors);
    }

    @Test
    void refusesWhatCannotBeCompared() {
        FeatureMatrix a = Features.gaussian(10, 4, 1, 0, 1);

        assertThrows(
                IllegalArgumentException.class,
                () -> KernelDistance.between(a, Features.gaussian(10, 5, 1, 0, 1), 0, products, p -> {}));
        assertThrows(
                IllegalArgumentException.class,
                () -> KernelDistance.between(a, Features.gaussian(1, 4, 1, 0, 1), 0, products, p -> {}));
    }

    /** Over the images of a, of the mean kernel with the others of a less that with b. */
    private static double varianceOfParts(FeatureMatrix a, FeatureMatrix b) {
        double[] parts = new double[a.rows()];
        for (int i = 0; i < parts.length; i++) {
            FeatureMatrix one = a.select(new int[] {i});
            int self = i;
            FeatureMatrix others =
                    a.select(IntStream.range(0, a.rows()).filter(j -> j != self).toArray());
            parts[i] = meanKernel(one, others, false) - meanKernel(one, b, false);
        }
        double mean = Arrays.stream(parts).average().orElseThrow();
        return Arrays.stream(parts).map(part -> (part - mean) * (part - mean)).sum() / (parts.length - 1);
    }

    private static double meanKernel(FeatureMatrix a, FeatureMatrix b, boolean same) {
        double sum = 0;
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < b.rows(); j++) {
                double inner = 0;
                for (int c = 0; c < a.columns(); c++) {
                    inner += (double) a.get(i, c) * b.get(j, c);
                }
                sum += same && i == j ? 0 : Math.pow(inner / a.columns() + 1, 3);
            }
        }
        return same ? sum / a.rows() / (a.rows() - 1) : sum / a.rows() / b.rows();
    }
}
