package io.adm4j.spark;

import picocli.CommandLine.Command;

/** Trains a network on several machines that exchange weights once a round. */
@Command(
        name = "train",
        description =
                "Trains a network on a cluster by DiLoCo: workers take steps on their own, and after each round an outer"
                        + " optimizer moves the common weights by what they found.",
        synopsisSubcommandLabel = "(diffusion | upsampler | classifier)",
        subcommands = {TrainDiffusionJob.class, TrainUpsamplerJob.class, TrainClassifierJob.class})
public final class TrainJob {
    /** Run by {@code spark-submit --class}. */
    public static void main(String[] args) {
        JobRunner.main(new TrainJob(), args);
    }
}
