package io.adm4j.spark;

import io.adm4j.harness.cli.option.ClassifierFlags;
import io.adm4j.harness.cli.option.ClassifierOptions;
import io.adm4j.harness.cli.option.DiffusionFlags;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.training.TrainedNetwork;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Trains a classifier on a cluster. */
@Command(
        name = "classifier",
        description = "Trains a classifier on a cluster; network and defaults as for 'harness train classifier'.")
final class TrainClassifierJob implements Runnable {
    @Mixin
    private ClusterTrainingOptions options;

    @ArgGroup(validate = false, heading = Section.CLASSIFIER)
    private ClassifierOptions training = new ClassifierOptions();

    @SuppressWarnings("unused") // The parsed options are read from the specification.
    @ArgGroup(validate = false, heading = Section.NETWORK)
    private ClassifierFlags network = new ClassifierFlags();

    @SuppressWarnings("unused")
    @ArgGroup(validate = false, heading = Section.DIFFUSION)
    private DiffusionFlags diffusion = new DiffusionFlags();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        new TrainDriver(TrainedNetwork.CLASSIFIER, options, spec).run(training.defaults(), training.given());
    }
}
