package io.adm4j.harness.evaluation.features;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is seen in single images. */
class ImageFactsTest {
    /** A model that learned gray images makes channels that differ by rounding. */
    @ParameterizedTest
    @CsvSource({"0, true", "2, true", "30, false"})
    void channelsThatDifferByRoundingAreGray(int difference, boolean gray) {
        byte[] values = new byte[8 * 8 * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (100 + i % 3 * difference / 2);
        }

        assertEquals(gray, ImageFacts.of(Tensor.of(values, 1, 8, 8, 3)).gray());
    }
}
