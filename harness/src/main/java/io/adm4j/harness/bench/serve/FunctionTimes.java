package io.adm4j.harness.bench.serve;

import io.adm4j.harness.bench.Timing;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * What was measured on one function.
 *
 * @param rounds in order; at least one
 * @param alone small requests with nothing beside them
 * @param beside small requests beside a large one
 * @param equalImages images of all rounds that were equal, in every pixel, to what their seed gave alone
 * @param largestDifference of a pixel of the others, in levels
 * @param residentBytes memory of the process at the end; empty where it is not known
 */
record FunctionTimes(
        String name,
        List<Round> rounds,
        Timing alone,
        Timing beside,
        int equalImages,
        int largestDifference,
        OptionalLong residentBytes) {
    /** Images per second of the median round. */
    double rate() {
        return new Timing(name, 1, rounds.stream().mapToDouble(Round::rate).toArray()).median();
    }

    /** The times of all answers of all rounds. */
    Timing answers() {
        return new Timing(
                name,
                1,
                rounds.stream()
                        .flatMapToDouble(round -> Arrays.stream(round.answers().seconds()))
                        .toArray());
    }

    /** How much longer the median small request took beside a large one than alone. */
    double slowdown() {
        return beside.median() / alone.median();
    }
}
