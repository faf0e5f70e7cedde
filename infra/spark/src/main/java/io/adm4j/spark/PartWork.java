package io.adm4j.spark;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.bundle.EmbeddedBundle;
import io.adm4j.harness.cli.Harness;
import io.adm4j.harness.cli.console.ExitCode;
import io.adm4j.harness.sampling.SampleShards;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Serializable;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Parts of a command, computed by the command itself in a folder of the executor, whose batches are then moved to where all machines
 * see them.
 *
 * @param words of the call, inputs and output included
 * @param inputs place of each input among the words
 * @param out place of the output
 * @param parts in all
 * @param kept folder of the batches
 * @param build of the driver
 */
record PartWork(
        List<String> words, Map<Integer, SharedInput> inputs, int out, int parts, RemoteFolder kept, JarBuild build)
        implements Serializable {
    private static final String BATCH = "shard-[0-9]{9,}\\.npz";

    PartWork {
        // Spark serializes them; other collections need not be serializable.
        words = new ArrayList<>(words);
        inputs = new HashMap<>(inputs);
    }

    /** The work of a call; its inputs are made available to the executors. */
    static PartWork of(PartialCommand command, JobContext context, int parts, RemoteFolder kept) {
        List<String> words = new ArrayList<>(command.words());
        Map<Integer, SharedInput> inputs = new HashMap<>(command.shared(context));
        if (!words.contains("--bundle")) {
            inputs.put(words.size() + 1, SharedInput.of(EmbeddedBundle.folder().toString(), context));
            words.addAll(List.of("--bundle", EmbeddedBundle.folder().toString()));
        }
        return new PartWork(words, inputs, command.out(), parts, kept, JarBuild.here());
    }

    private String marker(int number) {
        return "part-" + number + "-of-" + parts + ".done";
    }

    /** The parts of which not all batches are kept, from 1. */
    List<Integer> missing() {
        Set<String> there = Set.copyOf(kept.names());
        return IntStream.rangeClosed(1, parts)
                .filter(number -> !there.contains(marker(number)))
                .boxed()
                .toList();
    }

    /**
     * Computes parts that are not there yet, on an executor.
     *
     * @throws UserError as the command says it, or if batches of other settings are kept
     */
    Iterator<Integer> compute(Iterator<Integer> numbers) {
        build.requireHere();
        GpuOfTask.use();
        List<Integer> done = new ArrayList<>();
        numbers.forEachRemaining(number -> {
            if (!kept.has(marker(number))) {
                inStaging(file -> {
                    execute(file, "--part", number + "/" + parts);
                    keep(SampleShards.folderBeside(file));
                    kept.putText(marker(number), "");
                    return "";
                });
            }
            done.add(number);
        });
        return done.iterator();
    }

    /**
     * Joins all parts, on the driver.
     *
     * @return what the command printed
     */
    String join(RemoteFolder target, String name) {
        return inStaging(file -> {
            Path batches = Files.createDirectories(SampleShards.folderBeside(file));
            for (String batch : kept.names()) {
                if (batch.equals(SettingsNote.NAME) || batch.matches(BATCH)) {
                    kept.get(batch, batches.resolve(batch));
                }
            }
            String said = execute(file);
            target.put(name, file);
            for (Map.Entry<Integer, SharedInput> input : inputs.entrySet()) {
                said = said.replace(input.getValue().here().toString(), words.get(input.getKey()));
            }
            return said.replace(file.toString(), words.get(out));
        });
    }

    private void keep(Path batches) throws IOException {
        SettingsNote.agree(kept, Files.readString(batches.resolve(SettingsNote.NAME)), "batches of");
        try (Stream<Path> files = Files.list(batches)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().matches(BATCH)) {
                    kept.put(file.getFileName().toString(), file);
                }
            }
        }
    }

    /** Runs the command in this process. */
    private String execute(Path file, String... more) {
        List<String> call = new ArrayList<>(words);
        inputs.forEach((place, input) -> call.set(place, input.here().toString()));
        call.set(out, file.toString());
        call.addAll(List.of(more));
        StringWriter said = new StringWriter();
        StringWriter errors = new StringWriter();
        int exitCode = Harness.commandLine()
                .setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(errors, true))
                .execute(call.toArray(String[]::new));
        if (exitCode == ExitCode.INTERNAL_ERROR) {
            throw new IllegalStateException(errors.toString());
        }
        if (exitCode != ExitCode.OK) {
            List<String> lines = errors.toString().strip().lines().toList();
            throw new UserError(
                    lines.isEmpty() ? "The command ended with " + exitCode + "." : lines.get(lines.size() - 1));
        }
        return said.toString();
    }

    /** What is done with a file that is deleted afterwards, with all beside it. */
    @FunctionalInterface
    private interface Staged {
        String with(Path file) throws IOException;
    }

    private String inStaging(Staged work) {
        try (ScratchFolder folder = ScratchFolder.make("part")) {
            return work.with(folder.path().resolve("out.npz"));
        } catch (IOException e) {
            throw new UncheckedIOException("The local disk of " + ExecutorState.name() + " could not be used.", e);
        }
    }
}
