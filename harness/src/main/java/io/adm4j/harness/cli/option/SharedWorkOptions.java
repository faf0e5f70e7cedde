package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.run.FeatureExtraction;
import io.adm4j.harness.evaluation.run.FeatureParts;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** How several processes, on one machine or several, share the work of an evaluation. */
public final class SharedWorkOptions {
    private static final Pattern PART = Pattern.compile("(\\d{1,6})/(\\d{1,6})");

    @Option(
            names = "--part",
            paramLabel = "I/N",
            description =
                    "Only generate and measure the I-th of N equal parts of samples and reference, and write their"
                            + " features to the folder --out; nothing is scored.")
    private String part;

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
     * @throws UserError if it is no part, or given with --merge
     */
    public Optional<FeatureExtraction.Share> share() {
        if (part == null) {
            return Optional.empty();
        }
        if (!merged.isEmpty()) {
            throw new UserError("--part computes a part, and --merge joins all: give one of the two.");
        }
        Matcher matcher = PART.matcher(part);
        if (matcher.matches()) {
            int number = Integer.parseInt(matcher.group(1));
            int of = Integer.parseInt(matcher.group(2));
            if (number >= 1 && number <= of) {
                return Optional.of(new FeatureExtraction.Share(number, of));
            }
        }
        throw new UserError("--part is I/N with I from 1 to N, such as 2/4, not " + part + ".");
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
