package io.adm4j.harness.cli.command;

import picocli.CommandLine.Command;

/** Holds the commands that restore images. */
@Command(
        name = "restore",
        description = "Restores damaged images with a denoiser that was not trained for it (DDNM, DPS).",
        synopsisSubcommandLabel = "(inpaint|superresolve|colorize|deblur|denoise)",
        subcommands = {
            RestoreInpaintCommand.class,
            RestoreSuperresolveCommand.class,
            RestoreColorizeCommand.class,
            RestoreDeblurCommand.class,
            RestoreDenoiseCommand.class
        })
public final class RestoreCommand {}
