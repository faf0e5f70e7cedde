package io.adm4j.spark;

import io.adm4j.harness.cli.Harness;
import picocli.CommandLine;

/** Runs a job's command as the harness runs its own: a user's mistake is one sentence and exit code 2. */
final class JobRunner {
    private JobRunner() {}

    /** Ends the process. */
    static void main(Object command, String[] args) {
        System.exit(run(command, args));
    }

    /** The exit code of a job. */
    static int run(Object command, String[] args) {
        return parser(command).execute(args);
    }

    /** The parser of a job's arguments, which executors use too. */
    static CommandLine parser(Object command) {
        CommandLine parser = new CommandLine(command);
        showHelp(parser);
        parser.getSubcommands().values().forEach(JobRunner::showHelp);
        return Harness.configure(parser);
    }

    private static void showHelp(CommandLine parser) {
        parser.getCommandSpec().mixinStandardHelpOptions(true);
        parser.getCommandSpec().usageMessage().sortOptions(false).abbreviateSynopsis(true);
    }
}
