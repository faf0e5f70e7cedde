package io.adm4j.spark;

import io.adm4j.harness.evaluation.features.FeatureFile;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The executors' part of an evaluation: features of parts of samples and reference.
 *
 * @param arguments of {@code harness eval} that decide the features
 * @param build of the driver
 * @param inputs that these arguments name
 * @param parts that are finished
 */
record EvalWork(List<String> arguments, JarBuild build, EvalInputs inputs, PartFolder parts) implements Serializable {
    EvalWork {
        // Spark serializes it; other lists need not be serializable.
        arguments = new ArrayList<>(arguments);
    }

    /**
     * Computes parts that are not finished yet.
     *
     * @param numbers of the parts, from 1
     * @throws io.adm4j.feedback.UserError if samples or reference cannot be used here, or a part cannot be kept
     */
    Iterator<Integer> compute(Iterator<Integer> numbers) {
        build.requireHere();
        GpuOfTask.use();
        List<Integer> done = new ArrayList<>();
        numbers.forEachRemaining(number -> {
            // Of a task that is repeated, what was finished stays.
            if (!parts.has(number)) {
                compute(number);
            }
            done.add(number);
        });
        return done.iterator();
    }

    private void compute(int number) {
        try (ScratchFolder local = ScratchFolder.make("part-" + number)) {
            List<String> all = new ArrayList<>(arguments);
            all.addAll(List.of("--part=" + number + "/" + parts.count(), "--out=" + local.path(), "--no-cache"));
            inputs.onExecutor(all).call();
            try (Stream<Path> files = Files.list(local.path())) {
                parts.put(
                        number,
                        files.filter(file -> file.getFileName().toString().endsWith(FeatureFile.ENDING))
                                .sorted()
                                .toList());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The part could not be kept on the local disk.", e);
        }
    }
}
