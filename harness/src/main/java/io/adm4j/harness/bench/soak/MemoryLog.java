package io.adm4j.harness.bench.soak;

import io.adm4j.harness.sampling.ProcessStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The memory and threads of the processes over time. */
final class MemoryLog {
    /** What a process may take more in its second half than in its first: caches of the runtime fill. */
    private static final double MOST_GROWTH = 1.15;

    private static final long MOST_MORE = 64L << 20;

    private record Sample(long bytes, long threads) {}

    private final Map<Long, List<Sample>> samples = new LinkedHashMap<>();

    void sample(long pid) {
        ProcessStatus status = new ProcessStatus(pid);
        OptionalLong bytes = status.residentBytes();
        if (bytes.isPresent()) {
            samples.computeIfAbsent(pid, p -> new ArrayList<>())
                    .add(new Sample(bytes.getAsLong(), status.threads().orElse(0)));
        }
    }

    /** A line for each process, in order. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (List<Sample> all : samples.values()) {
            lines.add(String.format(
                    "Process %d: memory at the start, a quarter, half, three quarters and the end %d, %d, %d, %d, %d MB;"
                            + " threads %d, %d, %d, %d, %d",
                    lines.size() + 1,
                    at(all, 0).bytes / 1_000_000,
                    at(all, 1).bytes / 1_000_000,
                    at(all, 2).bytes / 1_000_000,
                    at(all, 3).bytes / 1_000_000,
                    at(all, 4).bytes / 1_000_000,
                    at(all, 0).threads,
                    at(all, 1).threads,
                    at(all, 2).threads,
                    at(all, 3).threads,
                    at(all, 4).threads));
        }
        return lines;
    }

    /** What is wrong with the memory, if something is. */
    Optional<String> problem() {
        for (List<Sample> all : samples.values()) {
            if (at(all, 4).bytes > at(all, 2).bytes * MOST_GROWTH + MOST_MORE) {
                return Optional.of("The function's memory grew from " + at(all, 2).bytes + " bytes to "
                        + at(all, 4).bytes + " in the second half of its life.");
            }
        }
        return Optional.empty();
    }

    private static Sample at(List<Sample> all, int quarter) {
        return all.get((all.size() - 1) * quarter / 4);
    }
}
