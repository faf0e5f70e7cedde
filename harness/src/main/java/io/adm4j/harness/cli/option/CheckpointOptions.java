package io.adm4j.harness.cli.option;

import io.adm4j.harness.training.Retention;
import picocli.CommandLine.Option;

/** When a training run saves and stops, what it keeps, and how it resumes. */
public final class CheckpointOptions {
    @Option(
            names = "--save-interval",
            paramLabel = "N",
            converter = Range.LongAtLeastOne.class,
            defaultValue = "1000",
            description = "Steps between checkpoints (default ${DEFAULT-VALUE}).")
    public long saveInterval;

    @Option(
            names = "--keep",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "2",
            description =
                    "Keep the N newest checkpoints, and the last one whose loss was within reason (default ${DEFAULT-VALUE}).")
    private int keep;

    @Option(
            names = "--keep-every",
            paramLabel = "M",
            converter = Range.LongAtLeastOne.class,
            description = "Also keep the checkpoints of every M-th step (default: none).")
    private Long keepEvery;

    @Option(
            names = "--accept-changed-data",
            description =
                    "Resume although files of the data were changed, added or removed since; run.json records it.")
    public boolean acceptChangedData;

    @Option(
            names = "--hours",
            paramLabel = "H",
            converter = Range.Positive.class,
            description =
                    "Save and stop H hours after the start of the command, with exit code 4, for batch systems: leave them"
                            + " the time of a step and of saving (default: no limit).")
    public Double hours;

    @Option(
            names = "--disk-wait",
            paramLabel = "MINUTES",
            converter = Range.NonNegative.class,
            defaultValue = "10",
            description =
                    "How long to try again while the disk is full, before the run ends (default ${DEFAULT-VALUE}).")
    public double diskWait;

    /** Which checkpoints stay. */
    public Retention retention() {
        return new Retention(keep, keepEvery == null ? 0 : keepEvery);
    }
}
