package io.adm4j.harness.bench.serve;

import io.adm4j.harness.bench.Timing;

/**
 * One round of images on one function.
 *
 * @param seconds from the first request to the last answer
 * @param answers the time of each answer
 */
record Round(double seconds, Timing answers) {
    /** Images per second. */
    double rate() {
        return answers.seconds().length / seconds;
    }
}
