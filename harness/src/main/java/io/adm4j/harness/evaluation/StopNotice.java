package io.adm4j.harness.evaluation;

import java.io.PrintWriter;

/** Says how to go on when the process is told to end, as by Ctrl-C, before the work is done. */
public final class StopNotice implements AutoCloseable {
    private final Thread hook;

    private StopNotice(Thread hook) {
        this.hook = hook;
    }

    /** @param words one line, which is printed if the process ends before {@link #close()} */
    public static StopNotice of(PrintWriter err, String words) {
        Thread hook = new Thread(() -> {
            err.println();
            err.println(words);
            err.flush();
        });
        Runtime.getRuntime().addShutdownHook(hook);
        return new StopNotice(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // Too late to take it back: the process is ending, and the notice is being printed.
        }
    }
}
