package io.adm4j.harness.cli;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.cli.command.BenchCommand;
import io.adm4j.harness.cli.command.CompareCommand;
import io.adm4j.harness.cli.command.EvalCommand;
import io.adm4j.harness.cli.command.ExportCommand;
import io.adm4j.harness.cli.command.FetchCommand;
import io.adm4j.harness.cli.command.ImportCommand;
import io.adm4j.harness.cli.command.ImportFeaturesCommand;
import io.adm4j.harness.cli.command.ModelsCommand;
import io.adm4j.harness.cli.command.QuickstartCommand;
import io.adm4j.harness.cli.command.ReferenceCommand;
import io.adm4j.harness.cli.command.RunCommand;
import io.adm4j.harness.cli.command.SampleCommand;
import io.adm4j.harness.cli.command.TrainCommand;
import io.adm4j.harness.cli.console.ExitCode;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The command line of adm4j. */
@Command(
        name = "harness",
        description = "Trains, exports, samples and scores guided diffusion models (ADM).",
        mixinStandardHelpOptions = true,
        versionProvider = Harness.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            QuickstartCommand.class,
            TrainCommand.class,
            ExportCommand.class,
            ModelsCommand.class,
            FetchCommand.class,
            ImportCommand.class,
            ImportFeaturesCommand.class,
            SampleCommand.class,
            EvalCommand.class,
            ReferenceCommand.class,
            RunCommand.class,
            CompareCommand.class,
            BenchCommand.class
        })
public final class Harness {
    private Harness() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The parser with all commands; mistakes of the user become one line and exit code 2. */
    public static CommandLine commandLine() {
        return new CommandLine(new Harness())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    PrintWriter err = command.getErr();
                    if (failure instanceof UserError || failure instanceof IllegalArgumentException) {
                        err.println(failure.getMessage());
                        return ExitCode.BAD_INPUT;
                    }
                    failure.printStackTrace(err);
                    return ExitCode.INTERNAL_ERROR;
                })
                .setParameterExceptionHandler((ParameterException failure, String[] args) -> {
                    CommandLine command = failure.getCommandLine();
                    command.getErr().println(failure.getMessage());
                    if (!CommandLine.UnmatchedArgumentException.printSuggestions(failure, command.getErr())) {
                        command.getErr()
                                .println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
                    }
                    return ExitCode.BAD_INPUT;
                })
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** The version that Maven wrote into the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Harness.class.getPackage().getImplementationVersion();
            return new String[] {"adm4j " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
