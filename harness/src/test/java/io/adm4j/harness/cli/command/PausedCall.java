package io.adm4j.harness.cli.command;

import io.adm4j.harness.cli.Harness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A call of the command line in a process of its own, which waits between two sampling steps once it has written some
 * files: a test can stop it there however fast or slow the machine is.
 */
final class PausedCall extends Thread {
    private final Written written;
    private final String[] arguments;

    /** Files that a process writes: those in a folder or one folder below whose path there matches a pattern. */
    record Written(Path folder, String pattern, int count) {
        List<Path> found() {
            if (!Files.isDirectory(folder)) {
                return List.of();
            }
            try (Stream<Path> all = Files.find(
                    folder, 2, (p, facts) -> folder.relativize(p).toString().matches(pattern))) {
                return all.sorted().toList();
            } catch (UncheckedIOException aTemporaryFileWent) {
                return List.of();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        boolean complete() {
            return found().size() >= count;
        }
    }

    private PausedCall(Written written, String[] arguments) {
        this.written = written;
        this.arguments = arguments;
    }

    public static void main(String[] args) {
        Written written = new Written(Path.of(args[0]), args[1], Integer.parseInt(args[2]));
        new PausedCall(written, Arrays.copyOfRange(args, 3, args.length)).start();
    }

    @Override
    public void run() {
        System.exit(Harness.commandLine().execute(arguments));
    }

    /** Sampling asks before each step. */
    @Override
    public boolean isInterrupted() {
        while (written.complete()) {
            LockSupport.parkNanos(1_000_000_000);
        }
        return super.isInterrupted();
    }
}
