package io.adm4j.harness.cli;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.command.BenchCommand;
import io.adm4j.harness.cli.command.ClusterCommand;
import io.adm4j.harness.cli.command.CompareCommand;
import io.adm4j.harness.cli.command.EncodeCommand;
import io.adm4j.harness.cli.command.EvalCommand;
import io.adm4j.harness.cli.command.ExportCommand;
import io.adm4j.harness.cli.command.FeaturesCommand;
import io.adm4j.harness.cli.command.FetchCommand;
import io.adm4j.harness.cli.command.ImportCommand;
import io.adm4j.harness.cli.command.ImportFeaturesCommand;
import io.adm4j.harness.cli.command.InterpolateCommand;
import io.adm4j.harness.cli.command.ModelsCommand;
import io.adm4j.harness.cli.command.NllCommand;
import io.adm4j.harness.cli.command.QuickstartCommand;
import io.adm4j.harness.cli.command.ReferenceCommand;
import io.adm4j.harness.cli.command.RestoreCommand;
import io.adm4j.harness.cli.command.RunCommand;
import io.adm4j.harness.cli.command.SampleCommand;
import io.adm4j.harness.cli.command.SignCommand;
import io.adm4j.harness.cli.command.TrainCommand;
import io.adm4j.harness.cli.console.ExitCode;
import io.adm4j.harness.cli.option.PathConverter;
import java.io.File;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line of adm4j.
 *
 * <p>What this command declares about help, version and exit codes holds for all commands below it.
 */
@Command(
        name = "harness",
        description = "Trains, exports, samples and scores guided diffusion models (ADM).",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        abbreviateSynopsis = true,
        requiredOptionMarker = '*',
        synopsisSubcommandLabel = "COMMAND",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions (* required):%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            ExitCode.OK + ":Success.",
            ExitCode.BAD_INPUT + ":Wrong use, or input that cannot be used; the message says what to change.",
            ExitCode.INTERNAL_ERROR + ":An internal error, with a trace."
        },
        subcommands = {
            QuickstartCommand.class,
            TrainCommand.class,
            ExportCommand.class,
            ModelsCommand.class,
            FetchCommand.class,
            ImportCommand.class,
            ImportFeaturesCommand.class,
            SignCommand.class,
            SampleCommand.class,
            EncodeCommand.class,
            InterpolateCommand.class,
            RestoreCommand.class,
            NllCommand.class,
            EvalCommand.class,
            FeaturesCommand.class,
            ReferenceCommand.class,
            ClusterCommand.class,
            RunCommand.class,
            CompareCommand.class,
            BenchCommand.class
        })
public final class Harness {
    private Harness() {}

    public static void main(String[] args) {
        String here = System.getProperty("user.dir");
        // As a File: a Path of such a name cannot be made.
        if (!new File(here).isDirectory()) {
            System.err.println(
                    "The current folder does not exist as " + here + ": it was removed, or its name has letters that"
                            + " this locale cannot have; change to another one, or set LC_ALL=C.UTF-8.");
            System.exit(ExitCode.BAD_INPUT);
        }
        System.exit(commandLine().execute(args));
    }

    /** The parser with all commands. */
    public static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Harness());
        showVersion(commandLine);
        return configure(commandLine);
    }

    /** The converters and the way of reporting errors, for other commands that take the harness's options. */
    public static CommandLine configure(CommandLine commandLine) {
        return commandLine
                .registerConverter(Path.class, new PathConverter())
                .setExecutionExceptionHandler((failure, command, parsed) -> report(failure, command.getErr()))
                .setParameterExceptionHandler((failure, args) -> refuse(failure))
                // bench --measure training is no call of bench training.
                .setAllowSubcommandsAsOptionParameters(true)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** Not by annotation: picocli would ask for the version, for which ONNX Runtime loads, at each start. */
    private static void showVersion(CommandLine command) {
        command.getCommandSpec().versionProvider(new Version());
        command.getSubcommands().values().forEach(Harness::showVersion);
    }

    /** A mistake of the user is one sentence; anything else is a defect of ours. */
    private static int report(Exception failure, PrintWriter err) {
        if (failure instanceof UserError) {
            err.println(failure.getMessage());
            return ExitCode.BAD_INPUT;
        }
        failure.printStackTrace(err);
        err.println("This is an internal error of adm4j: please report it with the command and the lines above.");
        return ExitCode.INTERNAL_ERROR;
    }

    /** A value that an option refuses is one sentence; other wrong use also names the help. */
    private static int refuse(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        String message = failure.getMessage();
        err.println(message.endsWith(".") ? message : message + ".");
        boolean refusedValue = failure.getArgSpec() != null && failure.getValue() != null;
        if (!refusedValue && !UnmatchedArgumentException.printSuggestions(failure, err)) {
            err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        }
        return ExitCode.BAD_INPUT;
    }
}
