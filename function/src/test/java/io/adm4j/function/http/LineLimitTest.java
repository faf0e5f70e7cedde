package io.adm4j.function.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LineLimitTest {
    @Test
    void linesBeyondTheLimitAreCountedAndReportedLater() {
        LineLimit limit = new LineLimit(2, 100);
        assertTrue(limit.allows(-50));
        assertTrue(limit.allows(-40));
        assertFalse(limit.allows(-30));
        assertFalse(limit.allows(49));
        assertEquals(0, limit.left(49), "more may follow");
        assertTrue(limit.allows(50));
        assertEquals(2, limit.left(50));
        assertEquals(0, limit.left(50));
    }

    @Test
    void whatWasLeftOutIsReportedByALineOfAnotherKindToo() {
        LineLimit limit = new LineLimit(1, 100);
        assertTrue(limit.allows(0));
        assertFalse(limit.allows(1));
        assertEquals(1, limit.left(100));
    }
}
