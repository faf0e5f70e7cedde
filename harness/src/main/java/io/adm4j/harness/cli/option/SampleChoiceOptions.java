package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.run.SampleChoice;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** Which of stored images are taken, where not all are. */
public final class SampleChoiceOptions {
    private enum Choice {
        RANDOM,
        FIRST
    }

    @Option(
            names = "--choice",
            paramLabel = "KIND",
            description =
                    "Which N stored images --samples takes: random (by --seed, as many of each class as possible where"
                            + " they have labels) or first (default: random).")
    private Choice choice;

    /** Whether it was given. */
    public boolean given() {
        return choice != null;
    }

    /** Whether images are chosen by a seed. */
    public boolean random() {
        return choice != Choice.FIRST;
    }

    /**
     * The choice.
     *
     * @param count images to take, or null for all
     * @throws UserError if it was given without their number
     */
    public Optional<SampleChoice> of(Integer count, long seed) {
        if (given() && count == null) {
            throw new UserError("--choice says which of the samples --samples N takes: give both, or leave both out.");
        }
        return Optional.ofNullable(count)
                .map(n -> new SampleChoice(n, random() ? OptionalLong.of(seed) : OptionalLong.empty()));
    }
}
