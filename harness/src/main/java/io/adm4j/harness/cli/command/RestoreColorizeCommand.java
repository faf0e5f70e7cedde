package io.adm4j.harness.cli.command;

import io.adm4j.feedback.Count;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.option.MeasurementNoiseOption;
import io.adm4j.harness.restoration.RestorationTask;
import io.adm4j.restoration.BlockSums;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code harness restore colorize}. */
@Command(
        name = "colorize",
        description =
                "Gives colors to grayscale images; the mean of red, green and blue stays. A result depends on the bundle,"
                        + " its image, its seed and the settings alone, whatever else is restored with it.")
public final class RestoreColorizeCommand implements Runnable {
    private static final int RGB = 3;

    @Mixin
    private MeasurementNoiseOption noise;

    @Mixin
    private RestoreRunner runner;

    @Override
    public void run() {
        runner.run(manifest -> {
            if (manifest.channels() != RGB) {
                throw new UserError("Colors need a model of RGB images, and " + manifest.name() + " has images with "
                        + Count.of(manifest.channels(), "channel") + ": name another one in --bundle.");
            }
            return new RestorationTask("colorize", BlockSums.grayscale(), 1, noise.sigma());
        });
    }
}
