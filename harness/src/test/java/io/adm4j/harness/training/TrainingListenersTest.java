package io.adm4j.harness.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingListenersTest {
    private static final TrainingStart START = new TrainingStart(0, 1, 0, 1, List.of("loss"), List.of());

    private final List<String> calls = new ArrayList<>();

    @Test
    void allAreToldOfTheEndWhateverOneThrows() {
        IllegalStateException first = new IllegalStateException();
        IllegalStateException second = new IllegalStateException();
        TrainingListeners listeners =
                TrainingListeners.start(List.of(failing("a", first), failing("b", second), failing("c", null)), START);

        assertSame(first, assertThrows(IllegalStateException.class, listeners::close));
        assertArrayEquals(new Throwable[] {second}, first.getSuppressed());
        assertEquals(List.of("a starts", "b starts", "c starts", "a ends", "b ends", "c ends"), calls);
    }

    @Test
    void oneThatCannotStartEndsThoseBefore() {
        IllegalStateException failure = new IllegalStateException();
        TrainingListener broken = new TrainingListener() {
            @Override
            public void started(TrainingStart start) {
                throw failure;
            }

            @Override
            public void step(StepReport report) {}

            @Override
            public void ended() {
                calls.add("broken ends");
            }
        };
        List<TrainingListener> all = List.of(failing("a", null), broken, failing("c", null));

        assertSame(failure, assertThrows(IllegalStateException.class, () -> TrainingListeners.start(all, START)));
        assertEquals(List.of("a starts", "a ends", "broken ends"), calls);
    }

    private TrainingListener failing(String name, RuntimeException atTheEnd) {
        return new TrainingListener() {
            @Override
            public void started(TrainingStart start) {
                calls.add(name + " starts");
            }

            @Override
            public void step(StepReport report) {}

            @Override
            public void ended() {
                calls.add(name + " ends");
                if (atTheEnd != null) {
                    throw atTheEnd;
                }
            }
        };
    }
}
