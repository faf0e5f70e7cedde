package io.adm4j.feedback;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountTest {
    @ParameterizedTest
    @CsvSource({
        "0, image, 0 images",
        "1, image, 1 image",
        "2, image, 2 images",
        "1, class, 1 class",
        "10, class, 10 classes",
        "3, box, 3 boxes",
        "3, batch, 3 batches",
        "4, reference image, 4 reference images"
    })
    void numbersHaveTheirNoun(long number, String singular, String expected) {
        assertEquals(expected, Count.of(number, singular));
    }

    @Test
    void theNounAlone() {
        assertEquals("step", Count.noun(1, "step"));
        assertEquals("steps", Count.noun(11, "step"));
    }
}
