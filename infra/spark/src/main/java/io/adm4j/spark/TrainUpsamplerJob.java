package io.adm4j.spark;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.adm4j.harness.cli.option.DiffusionTrainingFlags;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.cli.option.UpsamplerFlags;
import io.adm4j.harness.training.TrainedNetwork;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Trains an upsampler on a cluster. */
@Command(
        name = "upsampler",
        description = "Trains an upsampler on a cluster; network and defaults as for 'harness train upsampler'.")
final class TrainUpsamplerJob implements Runnable {
    @Mixin
    private ClusterTrainingOptions options;

    @SuppressWarnings("unused") // The parsed options are read from the specification.
    @ArgGroup(validate = false, heading = Section.NETWORK)
    private UpsamplerFlags network = new UpsamplerFlags();

    @SuppressWarnings("unused")
    @ArgGroup(validate = false, heading = Section.DIFFUSION)
    private DiffusionTrainingFlags diffusion = new DiffusionTrainingFlags();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        new TrainDriver(TrainedNetwork.UPSAMPLER, options, spec)
                .run(JsonNodeFactory.instance.objectNode(), JsonNodeFactory.instance.objectNode());
    }
}
