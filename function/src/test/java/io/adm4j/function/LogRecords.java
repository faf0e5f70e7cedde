package io.adm4j.function;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;

/** What the log gets while this is open. */
public final class LogRecords extends Handler implements AutoCloseable {
    private static final long LIMIT_PERIOD_MS = 1100;

    private final List<ExtLogRecord> records = new CopyOnWriteArrayList<>();
    private final Logger logger;

    /**
     * Begins to listen, in a new period of the limit for the lines of refused requests: other tests may have used it up.
     *
     * @param category the category of the lines; all for the empty one
     */
    public LogRecords(String category) throws InterruptedException {
        Thread.sleep(LIMIT_PERIOD_MS);
        logger = Logger.getLogger(category);
        logger.addHandler(this);
    }

    public List<ExtLogRecord> all() {
        return List.copyOf(records);
    }

    /** Waits for a number of lines, which a request's end may cause after its answer. */
    public List<ExtLogRecord> await(int count) throws InterruptedException {
        for (int i = 0; i < 200 && records.size() < count; i++) {
            Thread.sleep(50);
        }
        return all();
    }

    /** The message of a line with its parameters filled in. */
    public static String message(ExtLogRecord line) {
        return new PatternFormatter("%s").format(line);
    }

    @Override
    public void publish(LogRecord record) {
        ExtLogRecord wrapped = ExtLogRecord.wrap(record);
        wrapped.copyMdc();
        records.add(wrapped);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
