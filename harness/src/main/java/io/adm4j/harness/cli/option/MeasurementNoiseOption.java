package io.adm4j.harness.cli.option;

import io.adm4j.sampling.RestorationSettings;
import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/** Noise in damaged images, beside their other damage. */
public final class MeasurementNoiseOption {
    @Option(
            names = "--sigma-y",
            paramLabel = "LEVELS",
            converter = Range.NonNegative.class,
            description =
                    "Standard deviation of the noise in the damaged images, in gray levels of 0 to 255; --degrade adds it"
                            + " (default 0; for deblur without --degrade 0.3, the rounding of levels).")
    private Double sigma;

    /** It, in gray levels; 0 if it was not given. */
    public OptionalDouble sigma() {
        return OptionalDouble.of(sigma == null ? 0 : sigma);
    }

    /** It, in gray levels; that of rounding if it was not given, for degradations whose inverse multiplies it. */
    public OptionalDouble sigmaOrRounding() {
        return OptionalDouble.of(sigma == null ? RestorationSettings.ROUNDING : sigma);
    }
}
