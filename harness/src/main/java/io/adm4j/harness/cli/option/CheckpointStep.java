package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.training.RunFolder;
import java.util.OptionalLong;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * One of a run's checkpoints.
 *
 * @param step its step; empty for the one that scored best
 */
public record CheckpointStep(OptionalLong step) {
    /**
     * The checkpoint of a run.
     *
     * @throws UserError if there is none, or it is damaged
     */
    public RunFolder.Checkpoint of(RunFolder run) {
        return run.require(step.orElseGet(() -> run.best()
                .orElseThrow(
                        () -> new UserError(
                                "No checkpoint of " + run.path()
                                        + " has been scored, so none is the best: give the number of a step, or train with --eval-interval."))
                .step()));
    }

    /** Reads a whole number of at least 0, or {@code best}. */
    public static final class Converter implements ITypeConverter<CheckpointStep> {
        @Override
        public CheckpointStep convert(String value) {
            if (value.equals("best")) {
                return new CheckpointStep(OptionalLong.empty());
            }
            try {
                return new CheckpointStep(OptionalLong.of(new Range.LongAtLeastZero().convert(value)));
            } catch (TypeConversionException e) {
                throw new TypeConversionException("'" + value + "' is neither a whole number of at least 0 nor best.");
            }
        }
    }
}
