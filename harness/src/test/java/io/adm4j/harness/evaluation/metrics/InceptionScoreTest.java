package io.adm4j.harness.evaluation.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class InceptionScoreTest {
    @Test
    void isTheNumberOfClassesForSurePredictionsOfAll() {
        InceptionScore.Accumulator score = new InceptionScore.Accumulator(4, 100);
        for (int i = 0; i < 8; i++) {
            float[] p = new float[4];
            p[i % 4] = 1;
            score.addProbabilities(p, 0);
        }

        assertEquals(new InceptionScore(4, 0, 1), score.finish());
    }

    @Test
    void isOneWhereTheImageSaysNothing() {
        InceptionScore.Accumulator score = new InceptionScore.Accumulator(3, 2);
        for (int i = 0; i < 5; i++) {
            score.addProbabilities(new float[] {9, 0.1f, 0.2f, 0.7f, 9}, 1);
        }

        InceptionScore found = score.finish();

        assertEquals(1, found.mean(), 1e-12);
        assertEquals(3, found.splits());
    }

    @Test
    void averagesOverParts() {
        InceptionScore.Accumulator score = new InceptionScore.Accumulator(2, 2);
        score.addProbabilities(new float[] {1, 0}, 0);
        score.addProbabilities(new float[] {0, 1}, 0);
        score.addProbabilities(new float[] {1, 0}, 0);

        InceptionScore found = score.finish();

        assertEquals(1.5, found.mean(), 1e-12);
        assertEquals(0.5, found.standardDeviation(), 1e-12);
    }

    @Test
    void refusesAnEmptySet() {
        assertThrows(IllegalStateException.class, () -> new InceptionScore.Accumulator(2, 2).finish());
    }
}
