package io.adm4j.harness.cli.option;

import io.adm4j.harness.restoration.RestorationSettings;
import io.adm4j.restoration.TimeTravel;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How images are restored. */
public final class RestorationOptions {
    @Option(
            names = "--steps",
            paramLabel = "N",
            converter = Range.AtLeastOne.class,
            defaultValue = "100",
            description = "Steps, which must divide the timesteps of the model (default ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--eta",
            paramLabel = "ETA",
            converter = Range.Fraction.class,
            defaultValue = "0.85",
            description = "Share of fresh noise in each step, 0 to 1 (default ${DEFAULT-VALUE}).")
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
                    "Name or number of the class of all images, for models that take labels (default: the images' own"
                            + " labels).")
    private String labels;

    @Option(
            names = "--classifier-scale",
            paramLabel = "SCALE",
            converter = Range.NonNegative.class,
            defaultValue = "0",
            description = "Strength of the classifier's guidance; 0 does not run it (default ${DEFAULT-VALUE}).")
    private double classifierScale;

    /** The settings of a restoration. */
    public RestorationSettings settings() {
        return new RestorationSettings(steps, eta, new TimeTravel(travelLength, travelRepeat), classifierScale);
    }

    /** The class of all images, if one was named. */
    public Optional<String> labels() {
        return Optional.ofNullable(labels);
    }
}
