package io.adm4j.feedback;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortDecimalTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, 0",
        "1e-13, 0",
        "0.5, 0.5",
        "12.0, 12",
        "100, 100",
        "-2.50, -2.5",
        "0.1234567, 0.123457",
        "1234567, 1234570",
        "1e-5, 0.00001",
        "-1e-12, -0.000000000001"
    })
    void numbersHaveSixDigitsAndNoTrailingZeros(double value, String text) {
        assertEquals(text, ShortDecimal.of(value));
    }
}
