package io.adm4j.function.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Counts the warnings and errors that requests cause while it is open. */
final class LogCount extends Handler {
    private static final int SHOWN = 5;

    /** Warns of threads that a busy machine holds up. */
    private static final String OF_THE_MACHINE = "io.vertx.core.impl.BlockedThreadChecker";

    private final List<String> first = new ArrayList<>();
    private int warnings;

    private LogCount() {}

    static LogCount start() {
        LogCount count = new LogCount();
        Logger.getLogger("").addHandler(count);
        return count;
    }

    @Override
    public synchronized void publish(LogRecord record) {
        if (record.getLevel().intValue() < Level.WARNING.intValue() || OF_THE_MACHINE.equals(record.getLoggerName())) {
            return;
        }
        warnings++;
        if (first.size() < SHOWN) {
            first.add(record.getLoggerName() + ": " + record.getMessage() + " " + record.getThrown());
        }
    }

    synchronized int warnings() {
        return warnings;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        Logger.getLogger("").removeHandler(this);
    }

    /** The number of warnings, and the first ones. */
    @Override
    public synchronized String toString() {
        return warnings + " warnings and errors, first " + first;
    }
}
