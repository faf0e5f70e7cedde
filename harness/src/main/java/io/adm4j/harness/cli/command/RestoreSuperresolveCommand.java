package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.option.MeasurementNoiseOption;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.restoration.RestorationTask;
import io.adm4j.restoration.BlockSums;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code harness restore superresolve}. */
@Command(
        name = "superresolve",
        description =
                "Makes large images whose block averages are the given small ones. A result depends on the bundle, its"
                        + " image, its seed and the settings alone, whatever else is restored with it.")
public final class RestoreSuperresolveCommand implements Runnable {
    @Option(
            names = "--factor",
            paramLabel = "N",
            required = true,
            converter = Range.AtLeastTwo.class,
            description =
                    "How many times larger than the images of --input the model's are; it must divide their size.")
    private int factor;

    @Mixin
    private MeasurementNoiseOption noise;

    @Mixin
    private RestoreRunner runner;

    @Override
    public void run() {
        runner.run(manifest -> {
            int size = manifest.imageSize();
            if (size % factor != 0) {
                throw new UserError("--factor must divide the size of the model's images, " + size + "x" + size
                        + " pixels, which " + factor + " does not.");
            }
            return new RestorationTask(
                    "superresolve",
                    BlockSums.averages(factor),
                    factor,
                    noise.sigma(),
                    JsonNodeFactory.instance.objectNode().put("factor", factor));
        });
    }
}
