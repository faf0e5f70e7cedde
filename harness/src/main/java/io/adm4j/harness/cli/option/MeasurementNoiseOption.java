package io.adm4j.harness.cli.option;

import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/** Noise in damaged images, beside their other damage. */
public final class MeasurementNoiseOption {
    @Option(
            names = "--sigma-y",
            paramLabel = "LEVELS",
            converter = Range.NonNegative.class,
            defaultValue = "0",
            description =
                    "Standard deviation of the noise in the damaged images, in gray levels of 0 to 255; --degrade adds it"
                            + " (default ${DEFAULT-VALUE}).")
    private double sigma;

    /** It, in gray levels. */
    public OptionalDouble sigma() {
        return OptionalDouble.of(sigma);
    }
}
