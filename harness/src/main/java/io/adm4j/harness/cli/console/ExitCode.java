package io.adm4j.harness.cli.console;

/** The exit codes of all commands. */
public final class ExitCode {
    /** Success. */
    public static final int OK = 0;
    /** A comparison or a gate failed. */
    public static final int FAILED = 1;
    /** Wrong use or input that cannot be used; the message says what to change. */
    public static final int BAD_INPUT = 2;
    /** Scores are worse than the baseline allows. */
    public static final int REGRESSION = 3;
    /** The time that was allowed is over; what was done is saved and can be resumed. */
    public static final int OUT_OF_TIME = 4;
    /** A defect of the program; a trace is printed. */
    public static final int INTERNAL_ERROR = 70;

    /** Added to the number of the signal that ended the process: 130 after Ctrl-C, 143 after SIGTERM. */
    public static final int SIGNAL = 128;

    private ExitCode() {}
}
