package io.adm4j.harness.cli.command;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.cli.Harness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A call of the command line in a process of its own, which a test may stop. */
final class HarnessProcess implements AutoCloseable {
    private static final String NATIVE = "onnxruntime.native.onnxruntime.path";

    private final Process process;
    private final Path said;

    private HarnessProcess(Process process, Path said) {
        this.process = process;
        this.said = said;
    }

    /** @param said file that takes what the process prints on both streams */
    static HarnessProcess start(Path said, Object... arguments) throws IOException {
        return start(Harness.class, said, arguments);
    }

    /** A process that samples until it has written some files, and then waits; returns when it has. */
    static HarnessProcess pausedAfter(PausedCall.Written written, Path said, Object... arguments)
            throws IOException, InterruptedException {
        HarnessProcess process = start(
                PausedCall.class,
                said,
                CommandLineRun.arguments(written.folder(), written.pattern(), written.count(), arguments));
        while (!written.complete()) {
            assertTrue(process.isAlive(), process.said());
            Thread.sleep(5);
        }
        return process;
    }

    private static HarnessProcess start(Class<?> main, Path said, Object... arguments) throws IOException {
        return start(command(main, arguments), said);
    }

    private static HarnessProcess start(List<String> command, Path said) throws IOException {
        return new HarnessProcess(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start(),
                said);
    }

    private static List<String> command(Class<?> main, Object... arguments) {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-D" + NATIVE + "=" + System.getProperty(NATIVE),
                "-cp",
                classPath,
                main.getName()));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        return command;
    }

    /** A process in a pseudo-terminal of its own, as util-linux's {@code script} makes them: Linux only. */
    static HarnessProcess inTerminal(Path said, Object... arguments) throws IOException {
        String line = command(Harness.class, arguments).stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
        return start(List.of("script", "-qec", "exec " + line, "/dev/null"), said);
    }

    /** Why {@link #inTerminal} does not work here; empty if it does. */
    static Optional<String> noTerminal() throws InterruptedException {
        try {
            Process trial = new ProcessBuilder("script", "-qec", "test -t 2", "/dev/null")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return trial.waitFor() == 0 ? Optional.empty() : Optional.of("script makes no pseudo-terminal here");
        } catch (IOException e) {
            return Optional.of("there is no command script");
        }
    }

    /** Types Ctrl-C in the process's terminal, and waits until it has ended. */
    int typeControlC() throws IOException, InterruptedException {
        process.getOutputStream().write(3);
        process.getOutputStream().flush();
        return ended();
    }

    /** As by {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** As by Ctrl-C or {@code kill}: the process may say a last word. */
    int terminate() throws InterruptedException {
        process.destroy();
        return ended();
    }

    private int ended() throws InterruptedException {
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            throw new AssertionError("The process does not end.");
        }
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it printed so far. */
    String said() throws IOException {
        return Files.readString(said);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
