package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.run.FeatureParts;
import io.adm4j.harness.sampling.Share;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How several processes, on one machine or several, share the work of an evaluation. */
public final class SharedWorkOptions {
    @Option(
            names = "--part",
            paramLabel = "I/N",
            converter = ShareConverter.class,
            description =
                    "Only generate and measure the I-th of N equal parts of samples and reference, and write their"
                            + " features to the folder --out; nothing is scored.")
    private Share share;

    @Option(
            names = "--merge",
            paramLabel = "DIR",
            split = ",",
            description = "Score the features that all N runs with --part wrote to these folders; the other options are"
                    + " those of these runs.")
    private List<Path> merged = List.of();

    /**
     * The part to compute, if only one is.
     *
     * @throws UserError if it is given with --merge
     */
    public Optional<Share> share() {
        if (share != null && !merged.isEmpty()) {
            throw new UserError("--part computes a part, and --merge joins all: give one of the two.");
        }
        return Optional.ofNullable(share);
    }

    /**
     * The parts to join, if they are.
     *
     * @throws UserError if a folder holds none
     */
    public Optional<FeatureParts> parts() {
        return merged.isEmpty() ? Optional.empty() : Optional.of(FeatureParts.open(merged));
    }
}
