package io.adm4j.harness.cli.command;

import io.adm4j.harness.cli.option.ClassifierFlags;
import io.adm4j.harness.cli.option.ClassifierTrainingOptions;
import io.adm4j.harness.cli.option.DiffusionFlags;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.cli.option.TrainOptions;
import io.adm4j.harness.training.TrainedNetwork;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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

    @ArgGroup(validate = false, heading = Section.CLASSIFIER)
    private ClassifierTrainingOptions training = new ClassifierTrainingOptions();

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
        return new TrainRunner(TrainedNetwork.CLASSIFIER, options, spec)
                .validating(training.validationData, training.validationInterval)
                .run(training.defaults(), training.given());
    }
}
