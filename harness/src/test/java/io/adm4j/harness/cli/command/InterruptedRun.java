package io.adm4j.harness.cli.command;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** A call of the command line on a thread that counts as interrupted from the moment a file exists. */
final class InterruptedRun extends Thread {
    private final Object[] command;
    private final Path file;

    private InterruptedRun(Object[] command, Path file) {
        this.command = command;
        this.file = file;
    }

    /** Runs a command until it has written a file; sampling asks before each step. */
    static void until(Path file, Object... command) throws InterruptedException {
        Thread run = new InterruptedRun(command, file);
        run.start();
        run.join();
        assertTrue(Files.exists(file), "the run was stopped between batches");
    }

    @Override
    public void run() {
        CommandLineRun.of(command);
    }

    @Override
    public boolean isInterrupted() {
        return Files.exists(file) || super.isInterrupted();
    }
}
