package io.adm4j.harness.cli.option;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the flags and settings of a new training run come from, besides their own options. */
public final class PresetOptions {
    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description = "Network and training of a published model, such as adm-imagenet64, or a small one, such as"
                    + " cifar-cpu; 'harness models' lists them. What a preset of a published model sets is as published:"
                    + " learning rate 1e-4 or 3e-4 without warm-up, a moving average of 0.9999, images mirrored. Without a"
                    + " preset defaults are for small networks and short runs: 1e-3 after a warm-up of 100 steps, 0.995, not"
                    + " mirrored. --flags and options win over the preset.")
    public String preset;

    @Option(
            names = "--print-flags",
            description =
                    "Print what the run would be, as JSON: flags of network and diffusion, settings of training and steps;"
                            + " then end.")
    public boolean printFlags;

    @Option(
            names = "--flags",
            paramLabel = "FILE",
            description =
                    "Published flags of network, diffusion and training (JSON, YAML, or a command line of the published"
                            + " scripts in a file); options on the command line win.")
    public Path flagsFile;
}
