package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskWaitTest {
    private static final Path WHERE = Path.of("run");
    private static final IOException FULL = new IOException("No space left on device");

    private final AtomicLong clock = new AtomicLong();
    private final List<String> warnings = new ArrayList<>();
    private final DiskWait wait =
            new DiskWait(Duration.ofMinutes(2), warnings::add, clock::get, time -> clock.addAndGet(time.toNanos()));
    private int tries;

    @Test
    void triesAgainUntilThereIsRoom() throws IOException {
        wait.run(WHERE, DiskWait::isFull, () -> failing(4));

        assertEquals(4, tries);
        assertEquals(Duration.ofSeconds(30).toNanos(), clock.get());
        assertEquals(
                List.of(
                        "The disk is full: run is tried again for 2 min; make room meanwhile.",
                        "There is room for run again."),
                warnings);
    }

    @Test
    void endsWhenTheTimeIsOver() {
        assertEquals(
                FULL, assertThrows(IOException.class, () -> wait.run(WHERE, DiskWait::isFull, () -> failing(100))));
        assertEquals(13, tries, "at 0, 10, ... 120 seconds");
        assertEquals(1, warnings.size());
    }

    @Test
    void otherFailuresEndAtOnce() {
        UserError other = new UserError("other");
        assertEquals(
                other,
                assertThrows(
                        UserError.class,
                        () -> wait.run(WHERE, DiskWait::isFull, () -> {
                            tries++;
                            throw other;
                        })));
        assertEquals(1, tries);
        tries = 0;
        assertThrows(IOException.class, () -> DiskWait.none().run(WHERE, DiskWait::isFull, () -> failing(2)));
        assertEquals(1, tries);
        assertEquals(List.of(), warnings);
    }

    @Test
    void anInterruptionEndsTheWait() {
        DiskWait interrupted = new DiskWait(Duration.ofMinutes(2), warnings::add, clock::get, time -> {
            throw new InterruptedException();
        });
        assertThrows(InterruptedIOException.class, () -> interrupted.run(WHERE, DiskWait::isFull, () -> failing(2)));
        assertTrue(Thread.interrupted(), "the flag is kept");
    }

    @Test
    void recognizesFullDisks() {
        assertTrue(DiskWait.isFull(new UserError("Cannot write.", FULL)));
        assertTrue(DiskWait.isFull(new IOException("There is not enough space on the disk")));
        assertTrue(DiskWait.isFull(new IOException("/x: Disk quota exceeded")));
        assertFalse(DiskWait.isFull(new IOException("Permission denied")));
        assertFalse(DiskWait.isFull(new IOException()));
        assertFalse(DiskWait.isFull(new UserError("No space left for jokes.")));
    }

    @Test
    void appendsToFiles(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("log"), "a\n");
        try (OutputStream out = wait.append(file)) {
            out.write("b\n".getBytes(StandardCharsets.UTF_8));
            out.write('c');
        }
        assertEquals("a\nb\nc", Files.readString(file));
    }

    private void failing(int until) throws IOException {
        tries++;
        if (tries < until) {
            throw FULL;
        }
    }
}
