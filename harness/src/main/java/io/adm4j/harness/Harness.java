package io.adm4j.harness;

import io.adm4j.bundle.BundleException;
import io.adm4j.export.importer.CheckpointException;
import io.adm4j.feedback.UserError;
import io.adm4j.io.ArrayFileException;
import io.adm4j.runtime.RuntimeFailure;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

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
    /** The input cannot be used; the message says what to change. */
    static final int BAD_INPUT = 2;
    /** Scores are worse than the baseline allows. */
    static final int REGRESSION = 3;

    private Harness() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The parser with all commands; mistakes of the user become one line and exit code 2. */
    static CommandLine commandLine() {
        return new CommandLine(new Harness())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    PrintWriter err = command.getErr();
                    if (failure instanceof UserError
                            || failure instanceof RuntimeFailure
                            || failure instanceof ArrayFileException
                            || failure instanceof BundleException
                            || failure instanceof CheckpointException
                            || failure instanceof IllegalArgumentException) {
                        err.println(failure.getMessage());
                        return BAD_INPUT;
                    }
                    failure.printStackTrace(err);
                    return 1;
                })
                .setParameterExceptionHandler((ParameterException failure, String[] args) -> {
                    CommandLine command = failure.getCommandLine();
                    command.getErr().println(failure.getMessage());
                    if (!CommandLine.UnmatchedArgumentException.printSuggestions(failure, command.getErr())) {
                        command.getErr()
                                .println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
                    }
                    return BAD_INPUT;
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
