package io.adm4j.harness.cli.command;

import io.adm4j.harness.cli.console.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** Holds the training commands. */
@Command(
        name = "train",
        description = "Trains a network with ONNX Runtime's training API, or says where a run stands.",
        scope = ScopeType.INHERIT,
        exitCodeList = {
            ExitCode.OK + ":All steps are done.",
            ExitCode.BAD_INPUT + ":Wrong use, or input that cannot be used; the message says what to change.",
            ExitCode.OUT_OF_TIME + ":Saved and stopped: the time of --hours is over.",
            ExitCode.INTERNAL_ERROR + ":An internal error, with a trace.",
            (ExitCode.SIGNAL + 1) + ":Saved and stopped: the terminal was closed (SIGHUP).",
            (ExitCode.SIGNAL + 2) + ":Saved and stopped: Ctrl-C (SIGINT).",
            (ExitCode.SIGNAL + 15) + ":Saved and stopped: SIGTERM."
        },
        synopsisSubcommandLabel = "(diffusion | upsampler | classifier | status)",
        subcommands = {
            TrainDiffusionCommand.class,
            TrainUpsamplerCommand.class,
            TrainClassifierCommand.class,
            TrainStatusCommand.class
        })
public final class TrainCommand {}
