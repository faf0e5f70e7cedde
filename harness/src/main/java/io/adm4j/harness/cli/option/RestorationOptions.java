package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.restoration.NullSpaceRestoration;
import io.adm4j.restoration.TimeTravel;
import io.adm4j.sampling.RestorationMethod;
import io.adm4j.sampling.RestorationSettings;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** How images are restored. */
public final class RestorationOptions {
    private static final List<String> OF_DDNM =
            List.of("--eta", "--travel-length", "--travel-repeat", "--classifier-scale");
    private static final List<String> OF_DPS = List.of("--scale");

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "ddnm",
            description =
                    "ddnm (keeps what was measured) or dps (follows its gradient through the denoiser; not for denoise)"
                            + " (default ${DEFAULT-VALUE}).")
    private RestorationMethod method;

    @Option(
            names = "--scale",
            paramLabel = "SCALE",
            converter = Range.NonNegative.class,
            defaultValue = "1",
            description = "Factor of the gradient of dps (default ${DEFAULT-VALUE}).")
    private double scale;

    @Option(
            names = "--steps",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "100",
            description = "Steps; for ddnm they must divide the timesteps of the model (default ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--eta",
            paramLabel = "ETA",
            converter = Range.Fraction.class,
            defaultValue = "" + NullSpaceRestoration.STANDARD_ETA,
            description = "Share of fresh noise in each step of ddnm, 0 to 1 (default ${DEFAULT-VALUE}).")
    private double eta;

    @Option(
            names = "--travel-length",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "1",
            description = "Time travel: steps that are undone at once (default ${DEFAULT-VALUE}).")
    private int travelLength;

    @Option(
            names = "--travel-repeat",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "1",
            description = "Time travel: how often each step is taken; 1 undoes none (default ${DEFAULT-VALUE}).")
    private int travelRepeat;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the first variant of every image, and of the noise of --degrade (default"
                    + " ${DEFAULT-VALUE}).")
    public long seed;

    @Option(
            names = "--variants",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "1",
            description = "Results for each image; variant v, from 0, has the seed plus v (default ${DEFAULT-VALUE}).")
    public int variants;

    @Option(
            names = "--labels",
            paramLabel = "LABEL",
            description =
                    "Class by name or number, for models that take labels: one for all images, or one for each separated by"
                            + " commas (default: the images' own, by the names of their classes).")
    public String labels;

    @Option(
            names = "--classifier-scale",
            paramLabel = "SCALE",
            converter = Range.NonNegative.class,
            defaultValue = "0",
            description = "Strength of the classifier's guidance; 0 does not run it (default ${DEFAULT-VALUE}).")
    private double classifierScale;

    /**
     * The settings of a restoration.
     *
     * @param given options of the command line
     * @throws UserError if an option is of the other method
     */
    public RestorationSettings settings(ParseResult given) {
        (method == RestorationMethod.DPS ? OF_DDNM : OF_DPS)
                .stream().filter(given::hasMatchedOption).findFirst().ifPresent(name -> {
                    throw new UserError(name + " is for the other method than --method "
                            + method.name().toLowerCase(Locale.ROOT) + ": leave it out.");
                });
        return new RestorationSettings(
                method, steps, eta, new TimeTravel(travelLength, travelRepeat), scale, classifierScale);
    }

    /** How images are restored. */
    public RestorationMethod method() {
        return method;
    }
}
