package io.adm4j.harness.cli.option;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What a run of a denoiser or upsampler shows while it trains. */
public final class MonitorOptions {
    @Option(
            names = "--preview-interval",
            paramLabel = "N",
            converter = Range.LongAtLeastOne.class,
            description =
                    "Steps between sample grids, which are kept in previews/ of the run and shown in run.html; each is"
                            + " sampled from a checkpoint, which is saved for it (default: none).")
    public Long previewInterval;

    @Option(
            names = "--preview-samples",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "16",
            description =
                    "Images of a grid, of all classes in turn; for an upsampler each between its low-resolution image and the original (default ${DEFAULT-VALUE}).")
    public int previewSamples;

    @ArgGroup(validate = false)
    public EvaluationOptions evaluation = new EvaluationOptions();
}
