package io.adm4j.harness.bench.serve;

import java.time.Duration;

/**
 * What is asked of the functions.
 *
 * @param clients that ask at the same time, each for one image after the other
 * @param images of all clients together, in one round
 * @param rounds of each function, in turns with the others
 * @param steps of each image
 * @param repeats small requests alone, and as many beside a large one
 * @param smallSteps steps of a small request, which is for one image
 * @param largeCount images of the large request
 * @param largeSteps steps of the large request
 * @param patience how long an answer may take; a small request that takes longer counts as this long
 */
public record ServeBenchSettings(
        int clients,
        int images,
        int rounds,
        int steps,
        int repeats,
        int smallSteps,
        int largeCount,
        int largeSteps,
        Duration patience) {}
