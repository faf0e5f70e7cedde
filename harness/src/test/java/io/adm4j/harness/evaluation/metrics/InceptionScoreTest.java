package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.evaluation.features.PredictionStatistics;
import org.junit.jupiter.api.Test;

class InceptionScoreTest {
    @Test
    void isTheNumberOfClassesForSurePredictionsOfAll() {
        float[] probabilities = new float[8 * 4];
        for (int i = 0; i < 8; i++) {
            probabilities[i * 4 + i % 4] = 1;
        }

        assertEquals(new InceptionScore(4, 0, 1), score(4, 100, probabilities));
    }

    @Test
    void isOneWhereTheImageSaysNothing() {
        float[] probabilities = new float[5 * 3];
        for (int i = 0; i < 5; i++) {
            System.arraycopy(new float[] {0.1f, 0.2f, 0.7f}, 0, probabilities, i * 3, 3);
        }

        InceptionScore found = score(3, 2, probabilities);

        assertEquals(1, found.mean(), 1e-12);
        assertEquals(3, found.splits());
    }

    @Test
    void averagesOverParts() {
        InceptionScore found = score(2, 2, 1, 0, 0, 1, 1, 0);

        assertEquals(1.5, found.mean(), 1e-12);
        assertEquals(0.5, found.standardDeviation(), 1e-12);
        assertEquals(2, found.splits());
    }

    /** exp of the mean over two images of sum p log(p / mean), by hand. */
    @Test
    void isTheExponentialOfTheMeanDivergence() {
        double expected = Math.exp((0.25 * Math.log(0.25 / 0.5)
                        + 0.75 * Math.log(0.75 / 0.5)
                        + 0.75 * Math.log(0.75 / 0.5)
                        + 0.25 * Math.log(0.25 / 0.5))
                / 2);

        assertEquals(expected, score(2, 2, 0.25f, 0.75f, 0.75f, 0.25f).mean(), 1e-12);
    }

    @Test
    void refusesAnEmptySetAndPartialDistributions() {
        PredictionStatistics.Accumulator empty = new PredictionStatistics.Accumulator(2, 2);

        assertThrows(IllegalArgumentException.class, empty::finish);
        assertThrows(IllegalArgumentException.class, () -> empty.add(new float[3]));
        assertThrows(IllegalArgumentException.class, () -> new PredictionStatistics.Accumulator(0, 2));
        assertThrows(IllegalArgumentException.class, () -> new PredictionStatistics.Accumulator(2, 0));
    }

    @Test
    void theOrderOfTheImagesDecidesTheirPartsAloneUnlessTheyAreShuffled() {
        int images = 4 * 50;
        PredictionStatistics.Accumulator accumulator = new PredictionStatistics.Accumulator(4, 50, images);
        PredictionStatistics.Accumulator mixed = new PredictionStatistics.Accumulator(4, 50, images);
        for (int i = 0; i < images; i++) {
            float[] inOrder = new float[4];
            inOrder[i / 50] = 1;
            accumulator.add(inOrder);
            float[] inTurn = new float[4];
            inTurn[i % 4] = 1;
            mixed.add(inTurn);
        }

        PredictionStatistics statistics = accumulator.finish();
        assertEquals(1, InceptionScore.of(statistics).mean(), 1e-12);
        assertEquals(3.9, InceptionScore.shuffled(statistics).orElseThrow().mean(), 0.1);
        assertEquals(4, statistics.shuffled().size());
        PredictionStatistics turns = mixed.finish();
        assertEquals(4, InceptionScore.of(turns).mean(), 0.01);
        assertEquals(3.9, InceptionScore.shuffled(turns).orElseThrow().mean(), 0.1);
        PredictionStatistics.Accumulator onePart = new PredictionStatistics.Accumulator(4, 50, 50);
        onePart.add(new float[4 * 50]);
        assertTrue(InceptionScore.shuffled(onePart.finish()).isEmpty());
    }

    private static InceptionScore score(int classes, int partSize, float... probabilities) {
        PredictionStatistics.Accumulator accumulator = new PredictionStatistics.Accumulator(classes, partSize);
        accumulator.add(probabilities);
        return InceptionScore.of(accumulator.finish());
    }
}
