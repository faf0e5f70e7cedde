package io.adm4j.spark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adm4j.harness.cli.option.DenoiserFlags;
import io.adm4j.harness.cli.option.DiffusionTrainingFlags;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.training.TrainedNetwork;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Trains a denoiser on a cluster. */
@Command(
        name = "diffusion",
        description = "Trains a denoiser on a cluster; network and defaults as for 'harness train diffusion'.")
final class TrainDiffusionJob implements Runnable {
    @Mixin
    private ClusterTrainingOptions options;

    @SuppressWarnings("unused") // The parsed options are read from the specification.
    @ArgGroup(validate = false, heading = Section.NETWORK)
    private DenoiserFlags network = new DenoiserFlags();

    @SuppressWarnings("unused")
    @ArgGroup(validate = false, heading = Section.DIFFUSION)
    private DiffusionTrainingFlags diffusion = new DiffusionTrainingFlags();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        new TrainDriver(TrainedNetwork.DENOISER, options, spec)
                .run(JsonNodeFactory.instance.objectNode(), JsonNodeFactory.instance.objectNode());
    }
}
