package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.Manifest;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.option.MeasurementNoiseOption;
import io.adm4j.harness.cli.option.Range;
import io.adm4j.harness.restoration.KernelFile;
import io.adm4j.harness.restoration.RestorationTask;
import io.adm4j.io.Sha256;
import io.adm4j.restoration.Blur;
import io.adm4j.restoration.BlurKernel;
import io.adm4j.restoration.Border;
import io.adm4j.restoration.Degradation;
import io.adm4j.restoration.SeparableBlur;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code harness restore deblur}. */
@Command(
        name = "deblur",
        description =
                "Sharpens images whose blur is known. A result depends on the bundle, its image, its seed and the settings"
                        + " alone, whatever else is restored with it.")
public final class RestoreDeblurCommand implements Runnable {
    @Option(
            names = "--blur-sigma",
            paramLabel = "PIXELS",
            converter = Range.Positive.class,
            description = "The blur is a Gaussian with this standard deviation, cut off at 4 of them.")
    private Double sigma;

    @Option(
            names = "--kernel",
            paramLabel = "FILE",
            description =
                    "The blur has this kernel: rows of numbers in a .txt or .csv file, or a square gray image, with an odd"
                            + " number of rows and columns; divided by its sum. ddnm takes those that are a column times a"
                            + " row.")
    private Path kernel;

    @Option(
            names = "--border",
            paramLabel = "BORDER",
            defaultValue = "reflect",
            description =
                    "What the blur took for pixels beyond the border: reflect (the image mirrored) or zero (middle gray)"
                            + " (default ${DEFAULT-VALUE}).")
    private Border border;

    @Mixin
    private MeasurementNoiseOption noise;

    @Mixin
    private RestoreRunner runner;

    @Override
    public void run() {
        if ((sigma == null) == (kernel == null)) {
            throw new UserError("Say how the images are blurred, with either --blur-sigma PIXELS or --kernel FILE.");
        }
        if (kernel == null) {
            runner.run(this::task);
        } else {
            runner.run(this::task, kernel);
        }
    }

    private RestorationTask task(Manifest manifest) {
        int size = manifest.imageSize();
        BlurKernel weights = kernel == null ? gaussian(size) : KernelFile.read(kernel, size);
        Optional<SeparableBlur> separable = SeparableBlur.of(weights, border, size, size);
        if (separable.isEmpty() && !runner.takesEveryDegradation()) {
            throw new UserError("--kernel " + kernel + " is not a column times a row, which --method ddnm needs: give"
                    + " --method dps.");
        }
        Degradation blur = separable.isPresent() ? separable.get() : new Blur(weights, border);
        ObjectNode damage = JsonNodeFactory.instance.objectNode();
        if (kernel == null) {
            damage.put("blur_sigma", sigma);
        } else {
            damage.put("kernel", kernel.toString()).put("kernel_sha256", Sha256.of(kernel));
        }
        damage.put("border", border.name().toLowerCase(Locale.ROOT));
        return new RestorationTask(
                "deblur", blur, 1, runner.degrades() ? noise.sigma() : noise.sigmaOrRounding(), damage);
    }

    private BlurKernel gaussian(int size) {
        double most = (size - 1) / 4.0;
        if (sigma > most) {
            throw new UserError("--blur-sigma must be at most " + most + " for images of " + size + "x" + size
                    + " pixels, not " + sigma + ".");
        }
        return BlurKernel.gaussian(sigma);
    }
}
