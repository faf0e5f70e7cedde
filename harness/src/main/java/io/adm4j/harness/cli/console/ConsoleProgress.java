package io.adm4j.harness.cli.console;

import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * Shows the progress of long tasks: as a bar on a terminal, elsewhere (a log file, a CI job) as a line every 10 seconds.
 *
 * <p>Each command creates its own; tasks may run concurrently.
 */
public final class ConsoleProgress implements ProgressListener {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

    private final PrintStream out;
    private final LongSupplier nanoTime;
    private final boolean terminal;

    /** @param terminal whether {@code out} can move its cursor, so that it can show a bar */
    ConsoleProgress(PrintStream out, LongSupplier nanoTime, boolean terminal) {
        this.out = out;
        this.nanoTime = nanoTime;
        this.terminal = terminal;
    }

    /** Shows progress on standard error. */
    public static ConsoleProgress onStandardError() {
        return new ConsoleProgress(System.err, System::nanoTime, errorIsTerminal());
    }

    @Override
    public Progress start(String task, long done, long total, String unit) {
        return terminal ? new Bar(out, task, done, total, unit) : new Lines(out, nanoTime, task, done, total, unit);
    }

    private static boolean errorIsTerminal() {
        Path error = Path.of("/proc/self/fd/2");
        try {
            String target = Files.readSymbolicLink(error).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            // Not Linux: the console is the best guess there is.
            return System.console() != null;
        }
    }

    private static final class Bar implements Progress {
        private static final int LEAST_WIDTH = 10;
        private static final int DEFAULT_WIDTH = 80;

        private final Terminal terminal;
        private final ProgressBar bar;

        Bar(PrintStream out, String task, long done, long total, String unit) {
            terminal = openTerminal();
            bar = new ProgressBarBuilder()
                    .setTaskName(task)
                    .startsFrom(done, Duration.ZERO)
                    .setInitialMax(total)
                    .setUnit(" " + unit, 1)
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setUpdateIntervalMillis(250)
                    .showSpeed()
                    .setConsumer(new ConsoleProgressBarConsumer(out) {
                        @Override
                        public int getMaxRenderedLength() {
                            int width = terminal.getWidth();
                            return (width < LEAST_WIDTH ? DEFAULT_WIDTH : width) - 1;
                        }
                    })
                    .build();
        }

        /** The bar's own would put signals back to the system's default, so that Ctrl-C ended the process at once. */
        private static Terminal openTerminal() {
            try {
                return TerminalBuilder.builder().dumb(true).nativeSignals(false).build();
            } catch (IOException e) {
                throw new UncheckedIOException("Not even a dumb terminal could be opened.", e);
            }
        }

        @Override
        public void step(long units) {
            bar.stepBy(units);
        }

        @Override
        public void message(String text) {
            bar.setExtraMessage(" " + text);
        }

        @Override
        public void close() {
            bar.close();
            try {
                terminal.close();
            } catch (IOException e) {
                throw new UncheckedIOException("The terminal could not be released.", e);
            }
        }
    }

    private static final class Lines implements Progress {
        private final PrintStream out;
        private final LongSupplier nanoTime;
        private final String task;
        private final long before;
        private final long total;
        private final String unit;
        private final long begin;
        private long done;
        private long printedAt;
        private long printedDone;
        private String message = "";

        Lines(PrintStream out, LongSupplier nanoTime, String task, long done, long total, String unit) {
            this.out = out;
            this.nanoTime = nanoTime;
            this.task = task;
            this.before = done;
            this.done = done;
            this.printedDone = done;
            this.total = total;
            this.unit = unit;
            this.begin = nanoTime.getAsLong();
            this.printedAt = begin;
        }

        @Override
        public synchronized void step(long units) {
            done += units;
            if (nanoTime.getAsLong() - printedAt >= BETWEEN_LINES.toNanos()) {
                print();
            }
        }

        @Override
        public synchronized void message(String newMessage) {
            message = newMessage;
        }

        @Override
        public synchronized void close() {
            if (done != printedDone) {
                print();
            }
        }

        private void print() {
            printedAt = nanoTime.getAsLong();
            printedDone = done;
            double seconds = (printedAt - begin) / 1e9;
            double rate = seconds > 0 ? (done - before) / seconds : 0;
            StringBuilder line = new StringBuilder();
            line.append(String.format(Locale.ROOT, "%s: %d/%d %s", task, done, total, unit));
            if (rate > 0) {
                line.append(String.format(Locale.ROOT, ", %.1f/s", rate));
                line.append(done < total ? ", " + time((total - done) / rate) + " left" : ", took " + time(seconds));
            }
            if (!message.isEmpty()) {
                line.append(", ").append(message);
            }
            out.println(line);
        }

        private static String time(double seconds) {
            long s = Math.round(seconds);
            return s < 3600
                    ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
                    : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
        }
    }
}
