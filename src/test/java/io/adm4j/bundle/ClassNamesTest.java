package io.adm4j.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassNamesTest {
    private final ClassNames clothes = new ClassNames(
            10,
            List.of(
                    "T-shirt/top",
                    "Trouser",
                    "Pullover",
                    "Dress",
                    "Coat",
                    "Sandal",
                    "Shirt",
                    "Sneaker",
                    "Bag",
                    "Ankle boot"));

    @ParameterizedTest
    @CsvSource({"0,0", "9,9", "09,9", "Bag,8", "bag,8", "boot,9", "ANKLE,9", "shirt,6", "t-shirt,0", "er,-1", "sh,-1"})
    void findsByNumberNameOrPart(String text, int expected) {
        if (expected >= 0) {
            assertEquals(expected, clothes.find(text));
        } else {
            String message =
                    assertThrows(UserError.class, () -> clothes.find(text)).getMessage();
            assertTrue(message.contains("must mean one class"), message);
        }
    }

    @Test
    void listsWhatAnAmbiguousPartFits() {
        assertEquals(
                "label must mean one class, but 'sh' fits 0 T-shirt/top, 6 Shirt.",
                assertThrows(UserError.class, () -> clothes.find("sh")).getMessage());
    }

    @Test
    void listsOnlyTheFirstOfMany() {
        ClassNames many = new ClassNames(
                1000, IntStream.range(0, 1000).mapToObj(i -> "class " + i).toList());
        String message = assertThrows(UserError.class, () -> many.find("x")).getMessage();
        assertTrue(message.contains("19 class 19 and 980 more"), message);
        assertTrue(message.length() < 600, message);
    }

    @Test
    void equalNamesAreAmbiguous() {
        ClassNames cranes = new ClassNames(2, List.of("crane", "crane"));
        assertThrows(UserError.class, () -> cranes.find("crane"));
        assertEquals(1, cranes.find("1"));
    }

    @Test
    void classesWithoutNamesGoByNumber() {
        ClassNames numbers = new ClassNames(3, List.of());
        assertEquals(2, numbers.find("2"));
        assertNull(numbers.name(2));
        assertEquals(
                "label must be a number from 0 to 2, not '3'.",
                assertThrows(UserError.class, () -> numbers.find("3")).getMessage());
        assertThrows(UserError.class, () -> numbers.find("two"));
    }

    @Test
    void aBundleWithoutClassesTakesNoLabel() {
        String message = assertThrows(UserError.class, () -> new ClassNames(0, List.of()).find("0"))
                .getMessage();
        assertTrue(message.startsWith("label must be left out"), message);
    }
}
