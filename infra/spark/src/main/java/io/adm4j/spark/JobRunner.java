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
        return Harness.configure(new CommandLine(command));
    }
}
