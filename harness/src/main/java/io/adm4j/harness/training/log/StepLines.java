package io.adm4j.harness.training.log;

import io.adm4j.feedback.UserError;
import io.adm4j.io.DiskWait;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A text file with a line for each step, flushed after each. */
final class StepLines implements AutoCloseable {
    private final Path file;
    private final BufferedWriter writer;

    private StepLines(Path file, BufferedWriter writer) {
        this.file = file;
        this.writer = writer;
    }

    /**
     * Opens a file to append to. Lines of later steps are removed: a crash leaves those of steps that no checkpoint holds.
     *
     * @param header first line; null for none
     * @param step the last step that is done; 0 starts a new file
     * @param stepOf the step of a line; {@link Long#MAX_VALUE} for one that is no step's
     * @param wait for each line while the disk is full
     * @throws UserError if the file cannot be written
     */
    static StepLines open(Path file, @Nullable String header, long step, ToLongFunction<String> stepOf, DiskWait wait) {
        try {
            List<String> lines = new ArrayList<>();
            if (header != null) {
                lines.add(header);
            }
            if (Files.exists(file)) {
                Files.readAllLines(file).stream()
                        .filter(line -> stepOf.applyAsLong(line) <= step)
                        .forEach(lines::add);
            }
            Files.write(file, lines);
            return new StepLines(
                    file, new BufferedWriter(new OutputStreamWriter(wait.append(file), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /** @throws UserError if the file cannot be written */
    void add(String line) {
        try {
            writer.write(line);
            writer.newLine();
            writer.flush();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private static UserError cannotWrite(Path file, IOException e) {
        return new UserError("Cannot write " + file + ": " + e.getMessage() + ".", e);
    }
}
