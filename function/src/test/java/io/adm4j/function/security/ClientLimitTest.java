package io.adm4j.function.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClientLimitTest {
    @Test
    void eachClientHasItsOwnShare() {
        ClientLimit limit = new ClientLimit(2);
        Runnable first = limit.enter("a").orElseThrow();
        Runnable second = limit.enter("a").orElseThrow();
        assertEquals(Optional.empty(), limit.enter("a"));
        Runnable other = limit.enter("b").orElseThrow();
        first.run();
        first.run();
        assertTrue(limit.enter("a").isPresent());
        assertEquals(Optional.empty(), limit.enter("a"), "one end counts once");
        second.run();
        other.run();
        assertEquals(1, limit.clients());
    }

    @Test
    void clientsThatHaveLeftTakeNoMemory() {
        ClientLimit limit = new ClientLimit(1);
        for (int i = 0; i < 1000; i++) {
            limit.enter("client" + i).orElseThrow().run();
        }
        assertEquals(0, limit.clients());
    }

    @Test
    void withoutALimitNothingIsCounted() {
        ClientLimit limit = new ClientLimit(0);
        for (int i = 0; i < 1000; i++) {
            assertTrue(limit.enter("a").isPresent());
        }
        assertEquals(0, limit.clients());
    }
}
