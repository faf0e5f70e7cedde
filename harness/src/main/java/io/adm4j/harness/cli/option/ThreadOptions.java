package io.adm4j.harness.cli.option;

import picocli.CommandLine.Option;

/** How many cores a command uses. */
public class ThreadOptions {
    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = Range.AtLeastZero.class,
            defaultValue = "0",
            description = "CPU threads; 0 for all cores (default ${DEFAULT-VALUE}).")
    public int threads;
}
