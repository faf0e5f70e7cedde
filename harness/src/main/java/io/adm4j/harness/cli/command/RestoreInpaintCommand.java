package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adm4j.harness.cli.option.MeasurementNoiseOption;
import io.adm4j.harness.restoration.InputImages;
import io.adm4j.harness.restoration.RestorationTask;
import io.adm4j.io.Sha256;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code harness restore inpaint}. */
@Command(
        name = "inpaint",
        description =
                "Fills what is missing of images. A result depends on the bundle, its image, its seed and the settings"
                        + " alone, whatever else is restored with it.")
public final class RestoreInpaintCommand implements Runnable {
    @Option(
            names = "--mask",
            paramLabel = "FILE",
            required = true,
            description =
                    "Image of the model's size: white where the images are known, black where they are to be filled.")
    private Path mask;

    @Mixin
    private MeasurementNoiseOption noise;

    @Mixin
    private RestoreRunner runner;

    @Override
    public void run() {
        runner.run(
                manifest -> new RestorationTask(
                        "inpaint",
                        InputImages.mask(mask, manifest.imageSize()),
                        1,
                        noise.sigma(),
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("mask", mask.toString())
                                .put("mask_sha256", Sha256.of(mask))),
                mask);
    }
}
