package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.FeatureMatrix;
import io.adm4j.harness.evaluation.features.FeatureStatistics;
import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The interval around FID and what FID would be for infinitely many samples, against figures known otherwise. */
class FrechetUncertaintyTest {
    private static final int COLUMNS = 8;
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
    void bootstrapHasTheSpreadOfNewSamples() {
        FeatureStatistics reference = FeatureStatistics.of(Features.gaussian(5000, COLUMNS, 1, 0, 1), products);
        int times = 150;
        int held = 0;
        double mean = 0;
        double square = 0;
        double errors = 0;
        double large = FrechetDistance.between(
                        reference,
                        FeatureStatistics.of(Features.gaussian(200_000, COLUMNS, 7, 0.3, 1.2), products),
                        products)
                .value();
        for (int i = 0; i < times; i++) {
            FrechetBootstrap found = bootstrap(reference, Features.gaussian(400, COLUMNS, 100 + i, 0.3, 1.2), 300);
            mean += found.distance().value() / times;
            square += found.distance().value() * found.distance().value() / times;
            errors += found.standardError() / times;
            // The interval is about the distance of this many samples, which is larger than that of very many.
            held += found.interval().low() < large && large < found.interval().high() ? 1 : 0;
        }
        double spread = Math.sqrt(square - mean * mean);

        assertEquals(spread, errors, 0.2 * spread);
        assertTrue(held > 0.75 * times, held + " of " + times);
    }

    @Test
    void bootstrapAgreesWithResamplingTheImages() {
        FeatureStatistics reference = FeatureStatistics.of(Features.gaussian(900, COLUMNS, 1, 0, 1), products);
        FeatureMatrix samples = Features.gaussian(700, COLUMNS, 2, 0.2, 0.8);
        SplittableRandom random = new SplittableRandom(1);
        int times = 200;
        double mean = 0;
        double square = 0;
        for (int b = 0; b < times; b++) {
            int[] chosen = random.ints(samples.rows(), 0, samples.rows()).toArray();
            double value = FrechetDistance.between(
                            reference, FeatureStatistics.of(samples.select(chosen), products), products)
                    .value();
            mean += value / times;
            square += value * value / times;
        }

        FrechetBootstrap found = bootstrap(reference, samples, 1000);

        double spread = Math.sqrt(square - mean * mean);
        assertEquals(spread, found.standardError(), 0.2 * spread);
        assertEquals(
                FrechetDistance.between(reference, FeatureStatistics.of(samples, products), products)
                        .value(),
                found.distance().value(),
                1e-9);
        assertTrue(found.interval().low() < found.distance().value());
        assertTrue(found.interval().high() > found.distance().value());
        assertEquals(3.92, (found.interval().high() - found.interval().low()) / found.standardError(), 0.4);
        assertEquals(found, bootstrap(reference, samples, 1000), "the same seed gives the same interval");
    }

    @Test
    void bootstrapStandsFewerSamplesThanFeatures() {
        FeatureStatistics reference = FeatureStatistics.of(Features.gaussian(200, 30, 1, 0, 1), products);
        for (int count : new int[] {2, 10, 30, 31}) {
            FrechetBootstrap found = bootstrap(reference, Features.gaussian(count, 30, 2, 0, 1), 50);

            assertTrue(Double.isFinite(found.standardError()), count + " samples");
            assertTrue(found.interval().low() >= 0
                    && found.interval().low() <= found.interval().high());
        }
        FeatureMatrix same = new FeatureMatrix(30);
        for (int i = 0; i < 5; i++) {
            same.add(new float[30]);
        }
        assertEquals(0, bootstrap(reference, same, 50).standardError(), 1e-12);
    }

    @Test
    void extrapolationRemovesMostOfTheBias() {
        FeatureMatrix real = Features.gaussian(100_000, COLUMNS, 1, 0, 1);
        FeatureStatistics reference = FeatureStatistics.of(real, products);
        double bias = 0;
        double left = 0;
        int times = 20;
        for (int i = 0; i < times; i++) {
            FeatureMatrix samples = Features.gaussian(300, COLUMNS, 50 + i, 0, 1);
            AtomicLong done = new AtomicLong();
            FrechetExtrapolation found = FrechetExtrapolation.of(reference, samples, 0, products, done::addAndGet);
            assertEquals(FrechetExtrapolation.POINTS, done.get());
            bias += FrechetDistance.between(reference, FeatureStatistics.of(samples, products), products)
                            .value()
                    / times;
            left += found.value() / times;
        }

        assertTrue(Math.abs(left) < 0.4 * bias, left + " of " + bias);
    }

    private static FrechetBootstrap bootstrap(FeatureStatistics reference, FeatureMatrix samples, int resamples) {
        return FrechetBootstrap.of(reference, FeatureStatistics.of(samples, products), samples, resamples, 0, products);
    }
}
