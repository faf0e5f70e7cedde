package io.adm4j.harness.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
