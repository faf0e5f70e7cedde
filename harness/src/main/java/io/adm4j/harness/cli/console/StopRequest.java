package io.adm4j.harness.cli.console;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a task end in good order when the process gets a signal to end: Ctrl-C, {@code kill}, or its terminal is closed. The
 * JVM does not shut down meanwhile. A second signal ends the process at once.
 */
public final class StopRequest implements AutoCloseable {
    private static final Map<String, Integer> SIGNALS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

    private final SignalHandlers handlers = new SignalHandlers();
    private final AtomicInteger received = new AtomicInteger();

    private StopRequest() {}

    /**
     * Handles these signals until closed.
     *
     * @param message one line that the first signal prints
     * @param stop asks the task to end; called at the first signal, on another thread
     */
    public static StopRequest of(PrintWriter err, String message, Runnable stop) {
        StopRequest request = new StopRequest();
        SIGNALS.forEach((name, number) -> {
            try {
                request.handlers.add(name, number, signal -> request.take(signal, err, message, stop));
            } catch (IllegalStateException e) {
                // Windows has no HUP, and with -Xrs the JVM leaves all to the system, as its user wants it.
            }
        });
        return request;
    }

    private void take(int signal, PrintWriter err, String message, Runnable stop) {
        if (!received.compareAndSet(0, signal)) {
            Runtime.getRuntime().halt(ExitCode.SIGNAL + signal);
        }
        stop.run();
        err.println();
        err.println(message);
        err.flush();
    }

    /** The exit code after a signal; otherwise {@code others}. */
    public int exitCodeOr(int others) {
        int signal = received.get();
        return signal == 0 ? others : ExitCode.SIGNAL + signal;
    }

    @Override
    public void close() {
        handlers.close();
    }
}
