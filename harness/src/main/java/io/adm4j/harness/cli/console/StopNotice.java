package io.adm4j.harness.cli.console;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Says how to continue when the process gets a signal to end, as by Ctrl-C, before it is done, and ends it.
 *
 * <p>The process ends at once, with 128 and the signal's number: an orderly shutdown would release ONNX
 * Runtime while other threads still compute in it, which crashes.
 */
public final class StopNotice implements AutoCloseable {
    private static final List<String> SIGNALS = List.of("INT", "TERM");

    private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();

    private StopNotice() {}

    /** @param message one line, which is printed if a signal comes before {@link #close()} */
    public static StopNotice of(PrintWriter err, String message) {
        StopNotice notice = new StopNotice();
        for (String name : SIGNALS) {
            Signal signal = new Signal(name);
            notice.before.put(signal, Signal.handle(signal, signalled -> {
                err.println();
                err.println(message);
                err.flush();
                Runtime.getRuntime().halt(128 + signalled.getNumber());
            }));
        }
        return notice;
    }

    @Override
    public void close() {
        before.forEach(Signal::handle);
    }
}
