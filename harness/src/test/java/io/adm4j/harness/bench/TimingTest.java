package io.adm4j.harness.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TimingTest {
    @Test
    void theMiddleOfAllRuns() {
        Timing odd = new Timing("odd", 6, new double[] {5, 1, 3});
        assertEquals(1, odd.min());
        assertEquals(3, odd.median());
        assertEquals(2, odd.rate());
        assertEquals(2.5, new Timing("even", 1, new double[] {4, 1, 2, 3}).median());
    }

    @Test
    void aShareOfTheRuns() {
        Timing timing = new Timing(
                "hundred",
                1,
                IntStream.rangeClosed(1, 100).mapToDouble(i -> 101 - i).toArray());
        assertEquals(99, timing.percentile(0.99));
        assertEquals(50, timing.percentile(0.5));
        assertEquals(1, timing.percentile(0.001));
        assertEquals(7, new Timing("one", 1, new double[] {7}).percentile(0.99));
    }

    @Test
    void warmUpRunsDoNotCount() {
        int[] runs = new int[2];
        Workload counting = new Workload() {
            @Override
            public String name() {
                return "counting";
            }

            @Override
            public void run() {
                runs[0]++;
            }

            @Override
            public void close() {}
        };

        Timing timing = Timing.of(counting, 1, 2, 3, () -> runs[1]++);

        assertEquals(3, timing.seconds().length);
        assertEquals(5, runs[0]);
        assertEquals(5, runs[1]);
    }
}
