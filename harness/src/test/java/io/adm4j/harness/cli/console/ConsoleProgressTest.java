package io.adm4j.harness.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.feedback.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final AtomicLong seconds = new AtomicLong();

    @Test
    void logsALineNowAndThen() {
        try (Progress progress = start(20, 100)) {
            progress.message("loss 0.5");
            for (int i = 0; i < 4; i++) {
                seconds.addAndGet(6);
                progress.step(10);
            }
        }

        assertEquals(
                "Training: 40/100 steps, 1.7/s, 0:36 left, loss 0.5\nTraining: 60/100 steps, 1.7/s, 0:24 left, loss 0.5\n",
                printed.toString(StandardCharsets.UTF_8).replace("\r\n", "\n"));
    }

    @Test
    void endsWithTheTimeTaken() {
        try (Progress progress = start(0, 7200)) {
            seconds.addAndGet(5);
            progress.step(1);
            seconds.addAndGet(3600);
            progress.step(7199);
        }

        assertEquals(
                "Training: 7200/7200 steps, 2.0/s, took 1:00:05\n",
                printed.toString(StandardCharsets.UTF_8).replace("\r\n", "\n"));
    }

    private Progress start(long done, long total) {
        return new ConsoleProgress(
                        new PrintStream(printed, false, StandardCharsets.UTF_8),
                        () -> seconds.get() * 1_000_000_000L,
                        false)
                .start("Training", done, total, "steps");
    }
}
