package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.run.FeatureCache;
import io.adm4j.harness.zoo.FetchFolder;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where features are kept by content, so that the same images go through a network once. */
public final class FeatureKeepingOptions {
    /** Environment variable with the most that is kept where no option says it, in gigabytes. */
    public static final String SIZE_VARIABLE = "ADM4J_CACHE_GB";

    private static final double USUAL_GIGABYTES = 10;
    private static final double BYTES = 1e9;

    @Option(
            names = "--cache",
            paramLabel = "FOLDER",
            description =
                    "Where features are kept by content (images, network, resizing), for later evaluations (default:"
                            + " features in $ADM4J_HOME or ~/.cache/adm4j).")
    private Path folder;

    @Option(
            names = "--cache-size",
            paramLabel = "GB",
            description =
                    "Most that is kept there, in gigabytes; what was not used for longest goes first; 0 keeps nothing"
                            + " (default: $" + SIZE_VARIABLE + ", or 10).")
    private Double gigabytes;

    @Option(names = "--no-cache", description = "Extract all features anew, and keep none.")
    private boolean none;

    /**
     * The cache; empty if nothing is to be kept.
     *
     * @throws UserError if the size is no number of gigabytes
     */
    public Optional<FeatureCache> cache() {
        double most = gigabytes == null ? usualSize() : gigabytes;
        if (!(most >= 0)) {
            throw new UserError("--cache-size is a number of gigabytes, at least 0, not " + most + ".");
        }
        if (none && (folder != null || gigabytes != null)) {
            throw new UserError("--no-cache keeps nothing: leave it out, or leave out --cache and --cache-size.");
        }
        return none || most == 0
                ? Optional.empty()
                : Optional.of(new FeatureCache(
                        folder == null ? FetchFolder.home().resolve("features") : folder, (long) (most * BYTES)));
    }

    private static double usualSize() {
        String size = System.getenv(SIZE_VARIABLE);
        if (size == null || size.isBlank()) {
            return USUAL_GIGABYTES;
        }
        try {
            return Double.parseDouble(size);
        } catch (NumberFormatException e) {
            throw new UserError(SIZE_VARIABLE + " is a number of gigabytes, at least 0, not " + size + ".", e);
        }
    }
}
