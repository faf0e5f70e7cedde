package io.adm4j.harness.cli.console;

import java.io.PrintWriter;
import java.util.Map;

/**
 * Says how to continue when the process gets a signal to end, as by Ctrl-C, before it is done, and ends it.
 *
 * <p>The process ends at once, with 128 and the signal's number: an orderly end would wait for the
 * shutdown hooks while other threads still compute.
 */
public final class StopNotice implements AutoCloseable {
    private static final Map<String, Integer> SIGNALS = Map.of("INT", 2, "TERM", 15);

    private final SignalHandlers handlers = new SignalHandlers();

    private StopNotice() {}

    /**
     * @param message one line, which is printed if a signal comes before {@link #close()}
     * @throws IllegalStateException if the JVM lets no program handle these signals, as with {@code -Xrs}
     */
    public static StopNotice of(PrintWriter err, String message) {
        StopNotice notice = new StopNotice();
        SIGNALS.forEach((name, number) -> notice.handlers.add(name, number, received -> {
            err.println();
            err.println(message);
            err.flush();
            Runtime.getRuntime().halt(ExitCode.SIGNAL + received);
        }));
        return notice;
    }

    @Override
    public void close() {
        handlers.close();
    }
}
