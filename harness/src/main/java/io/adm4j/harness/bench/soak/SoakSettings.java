package io.adm4j.harness.bench.soak;

import java.nio.file.Path;
import java.util.List;

/**
 * What is asked of the function.
 *
 * @param jar its quarkus-run.jar
 * @param options of its JVM
 * @param bundle folder of its bundle
 * @param logs folder for its output
 * @param requests in all
 * @param clients that ask at the same time
 * @param seed decides all requests
 */
public record SoakSettings(
        Path jar, List<String> options, Path bundle, Path logs, int requests, int clients, long seed) {
    public SoakSettings {
        options = List.copyOf(options);
    }
}
