package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Output that cannot be written is found before anything is read: no other path of these commands exists. */
class OutputRefusalTest {
    @TempDir
    Path folder;

    private Path mine;
    private Path existing;
    private byte[] before;

    @BeforeEach
    void write() throws IOException {
        mine = folder.resolve("mine.npz");
        Npz.write(mine, Map.of("arr_0", Tensor.of(new byte[48], 1, 4, 4, 3)));
        before = Files.readAllBytes(mine);
        existing = Files.createDirectory(folder.resolve("existing.npz"));
    }

    @AfterEach
    void nothingIsTouched() throws IOException {
        assertArrayEquals(before, Files.readAllBytes(mine));
        try (var all = Files.walk(folder)) {
            assertEquals(3, all.count());
        }
    }

    /** Commands that write a file, up to its name. */
    static Stream<List<Object>> files() {
        return Stream.of(
                List.of("reference", "--data", "none", "--features", "none", "--out"),
                List.of("bench", "--bundle", "none", "--out"),
                List.of("bench", "features", "--features", "none", "--data", "none", "--out"),
                List.of("import-features", "none", "--out"),
                List.of("eval", "--bundle", "none", "--samples", 1, "--samples-out"),
                List.of("encode", "--bundle", "none", "--pictures", "none", "--out"),
                List.of("nll", "--bundle", "none", "--data", "none", "--out"),
                List.of("sample", "--bundle", "none", "--grid"));
    }

    /** Commands that write a folder, up to its name. */
    static Stream<List<Object>> folders() {
        return Stream.of(
                List.of("import", "--flags", "none", "--weights", "none", "--out"),
                List.of("export", "--denoiser", "none", "--out"),
                List.of("eval", "--bundle", "none", "--samples", 1, "--out"),
                List.of("eval", "--bundle", "none", "--samples", 1, "--work"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void aFileReplacesNoFolder(List<Object> command) {
        refused("is a folder, which a file does not replace", with(command, existing));
        refused("is a file, not a folder", with(command, mine.resolve("deep/x.npz")));
    }

    @ParameterizedTest
    @MethodSource("folders")
    void aFolderReplacesNoFile(List<Object> command) {
        refused(mine + " is a file", with(command, mine));
        refused("is a file, not a folder", with(command, mine.resolve("deep/x")));
    }

    @Test
    void anInputIsNotOverwritten() {
        refused("named twice", "reference", "--data", mine, "--features", "none", "--out", mine);
        refused("named twice", "sample", "--base-samples", mine, "--upsampler", "none", "--out", mine);
        refused(
                "named twice",
                "eval",
                "--bundle",
                "none",
                "--samples",
                1,
                "--reference",
                mine,
                "--samples-out",
                folder.resolve("existing.npz/../mine.npz"));
    }

    @Test
    void runChecksItsOutputToo() {
        refused("named twice", "run", mine, "--inputs", "none", "--outputs", mine);
        refused("named twice", "run", mine, "--inputs", "none.npz", "--outputs", "none.npz");
        refused("is a folder", "run", mine, "--inputs", "none", "--outputs", existing);
        refused("is a file, not a folder", "run", mine, "--inputs", "none", "--outputs", mine.resolve("x.npz"));
    }

    private static Object[] with(List<Object> command, Path out) {
        return Stream.concat(command.stream(), Stream.of(out)).toArray();
    }
}
