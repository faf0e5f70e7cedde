package io.adm4j.feedback;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
    private static final List<String> BREEDS = List.of("golden_retriever", "tabby", "tiger_cat", "tiger", "toaster");

    @ParameterizedTest
    @CsvSource({
        "tabyb, tabby", // two neighbors swapped
        "taby, tabby", // one missing
        "tabbby, tabby", // one too many
        "TABBY, tabby", // another case
        "Golden Retriever, golden_retriever", // another separator
        "golden, golden_retriever", // the beginning of the name
        "toastel, toaster" // one replaced
    })
    void theNearestNameIsSuggested(String typed, String meant) {
        assertEquals(List.of(meant), Suggestions.of(typed, BREEDS));
    }

    @Test
    void nearestNamesComeFirst() {
        assertEquals(
                List.of("tiger", "tiger_cat"),
                Suggestions.of("tiger", List.of("tiger_cat", "tiger", "toaster")).stream()
                        .sorted()
                        .toList());
        assertEquals(List.of("linear", "linera"), Suggestions.of("linear", List.of("linera", "cosine", "linear")));
        assertEquals(List.of("abcde", "abcdef"), Suggestions.of("abcdx", List.of("abcdef", "abcde")));
    }

    @Test
    void atMostThreeAreSuggested() {
        assertEquals(
                List.of("step1", "step2", "step3"),
                Suggestions.of("step", List.of("step1", "step2", "step3", "step4")));
    }

    @Test
    void namesThatShareNothingAreNotSuggested() {
        assertEquals(List.of(), Suggestions.of("zebra", BREEDS));
        assertEquals(List.of(), Suggestions.of("zebra", List.of()));
        assertEquals(List.of(), Suggestions.of("abcdef", List.of("uvwdef")));
    }

    /** Two edits are allowed for short names, a third of the length for long ones. */
    @Test
    void longNamesMayDifferInMorePlaces() {
        assertEquals(List.of("ab"), Suggestions.of("xy", List.of("ab")));
        assertEquals(List.of("cosine_schedule"), Suggestions.of("casine_skedulle", List.of("cosine_schedule")));
        assertEquals(List.of(), Suggestions.of("casine", List.of("linear")));
    }

    /** Below three characters a beginning says too little. */
    @Test
    void aShortBeginningIsNotEnough() {
        assertEquals(List.of(), Suggestions.of("go", BREEDS.subList(0, 1)));
        assertEquals(List.of("golden_retriever"), Suggestions.of("gol", BREEDS));
    }
}
