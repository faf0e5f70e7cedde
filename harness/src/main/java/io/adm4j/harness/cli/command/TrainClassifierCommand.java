package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.bundle.PublishedFlags;
import io.adm4j.harness.cli.option.ClassifierFlags;
import io.adm4j.harness.cli.option.DiffusionFlags;
import io.adm4j.harness.cli.option.PublishedFlagOptions;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.cli.option.TrainOptions;
import io.adm4j.harness.training.TrainedNetwork;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a classifier on noisy or on plain images. */
@Command(
        name = "classifier",
        description = "Trains a classifier: on noisy images, for guidance, or with --no-noise on plain ones, as feature"
                + " network for scores. The network's flags have the published names and meanings; the defaults suit 32x32"
                + " images.")
final class TrainClassifierCommand implements Callable<Integer> {
    @Mixin
    private TrainOptions options;

    @Option(names = "--no-noise", description = "Train on plain images at timestep 0.")
    private boolean noNoise;

    @Option(
            names = "--random-crop",
            description =
                    "Cut 0.8 to 1 of the shorter side out of each image at a random place, as the published trainer does.")
    private boolean randomCrop;

    @SuppressWarnings("unused") // The parsed options are read from the specification.
    @ArgGroup(validate = false, heading = Section.NETWORK)
    private ClassifierFlags network = new ClassifierFlags();

    @SuppressWarnings("unused")
    @ArgGroup(validate = false, heading = Section.DIFFUSION)
    private DiffusionFlags diffusion = new DiffusionFlags();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return new TrainRunner(TrainedNetwork.CLASSIFIER, options, spec).run(this::flags);
    }

    private ObjectNode flags(ObjectNode ofSource) {
        PublishedFlagOptions flags = PublishedFlagOptions.of(spec);
        ObjectNode values = flags.values();
        if (noNoise) {
            // Features for scores are what the adaptive pool averages.
            values.put("classifier_pool", "adaptive");
        }
        values.setAll(ofSource);
        values.put("noised", !noNoise);
        values.put("random_crop", randomCrop);
        return flags.over(options.flagsFile, PublishedFlags.Network.CLASSIFIER, values);
    }
}
