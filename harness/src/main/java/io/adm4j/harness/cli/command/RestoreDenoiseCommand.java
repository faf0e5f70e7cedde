package io.adm4j.harness.cli.command;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.restoration.RestorationTask;
import io.adm4j.restoration.Masking;
import java.util.OptionalDouble;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code harness restore denoise}. */
@Command(
        name = RestoreDenoiseCommand.NAME,
        description =
                "Removes Gaussian noise from images. A result depends on the bundle, its image, its seed and the settings"
                        + " alone, whatever else is restored with it.")
public final class RestoreDenoiseCommand implements Runnable {
    static final String NAME = "denoise";

    @Option(
            names = "--noise-level",
            paramLabel = "LEVELS",
            converter = Range.NonNegative.class,
            description =
                    "Standard deviation of the noise, in gray levels of 0 to 255; --degrade adds it (default: estimated from"
                            + " each image).")
    private Double level;

    @Mixin
    private RestoreRunner runner;

    @Override
    public void run() {
        if (level == null && runner.degrades()) {
            throw new UserError("--degrade adds noise to the images: say how much with --noise-level.");
        }
        OptionalDouble noise = level == null ? OptionalDouble.empty() : OptionalDouble.of(level);
        runner.run(manifest ->
                new RestorationTask(NAME, Masking.none(manifest.imageSize(), manifest.imageSize()), 1, noise));
    }
}
