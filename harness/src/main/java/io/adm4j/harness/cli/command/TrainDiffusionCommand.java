package io.adm4j.harness.cli.command;

import io.adm4j.harness.cli.option.DenoiserFlags;
import io.adm4j.harness.cli.option.DiffusionTrainingFlags;
import io.adm4j.harness.cli.option.MonitorOptions;
import io.adm4j.harness.cli.option.Section;
import io.adm4j.harness.cli.option.TrainOptions;
import io.adm4j.harness.training.TrainedNetwork;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Trains a denoiser. */
@Command(
        name = "diffusion",
        description = "Trains a denoiser (ADM UNet). The network's flags have the published names and meanings; the"
                + " defaults are a small network for 32x32 images that a CPU trains in an hour.")
final class TrainDiffusionCommand implements Callable<Integer> {
    @Mixin
    private TrainOptions options;

    @ArgGroup(validate = false, heading = Section.MONITORING)
    private MonitorOptions monitoring = new MonitorOptions();

    @SuppressWarnings("unused") // The parsed options are read from the specification.
    @ArgGroup(validate = false, heading = Section.NETWORK)
    private DenoiserFlags network = new DenoiserFlags();

    @SuppressWarnings("unused")
    @ArgGroup(validate = false, heading = Section.DIFFUSION)
    private DiffusionTrainingFlags diffusion = new DiffusionTrainingFlags();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return new TrainRunner(TrainedNetwork.DENOISER, options, monitoring, spec).run();
    }
}
