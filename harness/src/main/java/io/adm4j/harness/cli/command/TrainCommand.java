package io.adm4j.harness.cli.command;

import picocli.CommandLine.Command;

/** Holds the training commands. */
@Command(
        name = "train",
        description = "Trains a network with ONNX Runtime's training API.",
        synopsisSubcommandLabel = "(diffusion | classifier)",
        subcommands = {TrainDiffusionCommand.class, TrainClassifierCommand.class})
public final class TrainCommand {}
