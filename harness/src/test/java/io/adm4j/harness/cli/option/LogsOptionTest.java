package io.adm4j.harness.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.io.FileTree;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LogsOptionTest {
    @TempDir
    private Path given;

    private final StringWriter said = new StringWriter();
    private final List<Path> folders = new ArrayList<>();

    private boolean use(boolean well, String... arguments) {
        return CommandLine.populateCommand(new LogsOption(), arguments).use(new PrintWriter(said), folder -> {
            folders.add(folder);
            write(folder.resolve("function-1.log"));
            return well;
        });
    }

    private static void write(Path file) {
        try {
            Files.writeString(file, "started");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aTemporaryFolderGoesWhenAllWentWell() {
        assertTrue(use(true));

        assertFalse(Files.exists(folders.get(0)));
        assertEquals("", said.toString());
    }

    @Test
    void itStaysAndIsNamedWhenNot() throws IOException {
        assertFalse(use(false));

        assertTrue(Files.exists(folders.get(0).resolve("function-1.log")));
        assertEquals(
                "The function's output is in " + folders.get(0) + ".",
                said.toString().strip());
        FileTree.delete(folders.get(0));
    }

    @Test
    void anEmptyOneGoesWhateverHappens() {
        LogsOption option = new LogsOption();

        assertThrows(
                IllegalStateException.class,
                () -> option.use(new PrintWriter(said), folder -> {
                    folders.add(folder);
                    throw new IllegalStateException("before anything was written");
                }));

        assertFalse(Files.exists(folders.get(0)));
        assertEquals("", said.toString());
    }

    @Test
    void aGivenFolderStays() {
        assertTrue(use(true, "--logs", given.resolve("logs").toString()));

        assertEquals(List.of(given.resolve("logs")), folders);
        assertTrue(Files.exists(given.resolve("logs").resolve("function-1.log")));
    }
}
