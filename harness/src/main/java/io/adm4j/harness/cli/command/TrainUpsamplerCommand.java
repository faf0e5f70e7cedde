package io.adm4j.harness.cli.command;

import io.adm4j.harness.cli.option.DiffusionTrainingFlags;
import io.adm4j.harness.cli.option.MonitorOptions;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.cli.option.TrainOptions;
import io.adm4j.harness.cli.option.UpsamplerFlags;
import io.adm4j.harness.training.TrainedNetwork;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Trains an upsampler. */
@Command(
        name = "upsampler",
        description =
                "Trains an upsampler (ADM UNet for super-resolution) on images of the large size, whose area means are the"
                        + " small ones. The network's flags have the published names and meanings; the defaults are a small network"
                        + " for 32x32 images.")
final class TrainUpsamplerCommand implements Callable<Integer> {
    @Mixin
    private TrainOptions options;

    @ArgGroup(validate = false, heading = Section.MONITORING)
    private MonitorOptions monitoring = new MonitorOptions();

    @SuppressWarnings("unused") // The parsed options are read from the specification.
    @ArgGroup(validate = false, heading = Section.NETWORK)
    private UpsamplerFlags network = new UpsamplerFlags();

    @SuppressWarnings("unused")
    @ArgGroup(validate = false, heading = Section.DIFFUSION)
    private DiffusionTrainingFlags diffusion = new DiffusionTrainingFlags();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return new TrainRunner(TrainedNetwork.UPSAMPLER, options, monitoring, spec).run();
    }
}
