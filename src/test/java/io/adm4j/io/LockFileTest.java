package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockFileTest {
    @TempDir
    Path folder;

    /** Takes the lock in a process of its own, writes one byte and holds it until its input ends. */
    public static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws IOException {
            try (LockFile lock = LockFile.take(Path.of(args[0])).orElseThrow()) {
                System.out.write(lock.channel().isOpen() ? 1 : 0);
                System.out.flush();
                System.in.read();
            }
        }
    }

    @Test
    void oneCallerHoldsItUntilItIsClosed() throws IOException {
        Path file = folder.resolve("lock");
        try (LockFile lock = LockFile.take(file).orElseThrow()) {
            assertTrue(Files.exists(file));
            assertTrue(lock.channel().isOpen());
            assertTrue(LockFile.take(file).isEmpty());
        }
        assertTrue(Files.exists(file));
        LockFile again = LockFile.take(file).orElseThrow();
        again.close();
        assertFalse(again.channel().isOpen());
    }

    @Test
    void theContentsCanBeReadAndWrittenUnderTheLock() throws IOException {
        Path file = Files.writeString(folder.resolve("part"), "abc");
        try (LockFile lock = LockFile.take(file).orElseThrow()) {
            assertEquals(3, lock.channel().size());
            lock.channel().write(ByteBuffer.wrap(new byte[] {'d'}), 3);
        }
        assertEquals("abcd", Files.readString(file));
    }

    @Test
    void anotherProcessHoldsItUntilItEnds() throws Exception {
        Path file = folder.resolve("lock");
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals(1, holder.getInputStream().read());
            assertTrue(LockFile.take(file).isEmpty());
        } finally {
            holder.destroyForcibly().waitFor();
        }
        LockFile.take(file).orElseThrow().close();
    }

    @Test
    void aFileThatCannotBeCreatedIsAnError() {
        assertThrows(NoSuchFileException.class, () -> LockFile.take(folder.resolve("no/such/folder")));
    }
}
