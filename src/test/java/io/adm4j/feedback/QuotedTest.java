package io.adm4j.feedback;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class QuotedTest {
    @Test
    void textIsQuotedAndShortened() {
        String longest = "x".repeat(40);
        assertEquals("''", Quoted.of(""));
        assertEquals("'" + longest + "'", Quoted.of(longest));
        assertEquals("'" + longest + "...'", Quoted.of(longest + "y"));
    }

    @Test
    void controlCharactersAreRemoved() {
        assertEquals("'a b c '", Quoted.of("a\nb\u001bc\0"));
    }
}
