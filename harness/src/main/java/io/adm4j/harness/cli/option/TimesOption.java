package io.adm4j.harness.cli.option;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import io.adm4j.io.OutputPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a benchmark's times are written, if anywhere. */
public final class TimesOption {
    @Option(names = "--out", paramLabel = "FILE.json", description = "Write all times as JSON.")
    private Path file;

    /**
     * Checks that the file can be written, before anything is measured.
     *
     * @param inputs files that the command reads; null ones are skipped
     * @throws UserError if it cannot, or is one of the inputs
     */
    public void check(Path... inputs) {
        if (file != null) {
            OutputPath output = new OutputPath("--out", file);
            output.requireFile();
            output.requireOtherThan(inputs);
        }
    }

    /**
     * Writes the times, if a file was named.
     *
     * @throws UserError if the file cannot be written
     */
    public void write(ObjectNode times) {
        if (file == null) {
            return;
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(
                    file, new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(times) + "\n");
        } catch (IOException e) {
            throw new UserError("The times cannot be written to " + file + ": " + e.getMessage() + ".", e);
        }
    }
}
