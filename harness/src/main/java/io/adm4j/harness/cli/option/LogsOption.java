package io.adm4j.harness.cli.option;

import io.adm4j.feedback.UserError;
import io.adm4j.io.FileTree;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where functions that are started write their output. A temporary folder goes when all went well, and is named otherwise. */
public final class LogsOption {
    @Option(
            names = "--logs",
            paramLabel = "FOLDER",
            description =
                    "Where the functions that are started write their output (default: a temporary folder, which is"
                            + " deleted if all goes well).")
    private Path logs;

    /** What uses the folder; gives whether all went well. */
    @FunctionalInterface
    public interface Work {
        boolean in(Path folder);
    }

    /**
     * Does the work.
     *
     * @param err is told of a temporary folder that stays
     * @return whether all went well
     * @throws UserError if there can be no folder, and what the work throws
     */
    public boolean use(PrintWriter err, Work work) {
        Path folder = folder();
        boolean well = false;
        try {
            well = work.in(folder);
            return well;
        } finally {
            if (logs == null) {
                leave(folder, well, err);
            }
        }
    }

    private Path folder() {
        try {
            return logs == null ? Files.createTempDirectory("adm4j-bench") : Files.createDirectories(logs);
        } catch (IOException e) {
            throw new UserError("The folder for the function's output cannot be created: " + e.getMessage() + ".", e);
        }
    }

    private static void leave(Path folder, boolean well, PrintWriter err) {
        try {
            if (well || isEmpty(folder)) {
                FileTree.delete(folder);
            } else {
                err.println("The function's output is in " + folder + ".");
            }
        } catch (IOException e) {
            err.println("The temporary folder " + folder + " could not be deleted.");
        }
        err.flush();
    }

    /** As where all functions ran already. */
    private static boolean isEmpty(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }
}
