package io.adm4j.harness.cli.console;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Says how to go on when the process is told to end, as by Ctrl-C, before the work is done, and ends it.
 *
 * <p>The process ends at once, with 128 and the signal's number: in an orderly end the JVM would let go of ONNX Runtime while
 * other threads still compute in it, which crashes.
 */
public final class StopNotice implements AutoCloseable {
    private static final List<String> SIGNALS = List.of("INT", "TERM");

    private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();

    private StopNotice() {}

    /** @param words one line, which is printed if the process is told to end before {@link #close()} */
    public static StopNotice of(PrintWriter err, String words) {
        StopNotice notice = new StopNotice();
        for (String name : SIGNALS) {
            Signal signal = new Signal(name);
            notice.before.put(signal, Signal.handle(signal, told -> {
                err.println();
                err.println(words);
                err.flush();
                Runtime.getRuntime().halt(128 + told.getNumber());
            }));
        }
        return notice;
    }

    @Override
    public void close() {
        before.forEach(Signal::handle);
    }
}
