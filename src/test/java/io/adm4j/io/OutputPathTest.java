package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class OutputPathTest {
    @TempDir
    Path folder;

    private OutputPath at(String name) {
        return new OutputPath("--out", folder.resolve(name));
    }

    private void refused(String sentence, Executable check) {
        assertEquals(
                sentence.replace("FOLDER", folder.toString()),
                assertThrows(UserError.class, check).getMessage());
    }

    @Test
    void newPathsAndExistingOnesOfTheSameKindAreTaken() throws IOException {
        Files.writeString(folder.resolve("file"), "x");
        Files.createDirectory(folder.resolve("folder"));

        at("file").requireFile();
        at("new/deep/file").requireFile();
        at("folder").requireFolder();
        at("new/deep").requireFolder();
        at("new").requireReplaceableFolder();

        try (var all = Files.list(folder)) {
            assertEquals(
                    List.of("file", "folder"),
                    all.map(p -> p.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void aFileDoesNotReplaceAFolderNorAFolderAFile() throws IOException {
        Files.writeString(folder.resolve("file"), "x");
        Files.createDirectory(folder.resolve("folder"));

        refused(
                "--out FOLDER/folder is a folder, which a file does not replace: name a file in it.",
                at("folder")::requireFile);
        refused(
                "--out FOLDER/file is a file, which a folder does not replace: name another folder.",
                at("file")::requireFolder);
        refused(
                "--out FOLDER/file is a file, which a folder does not replace: name another folder.",
                at("file")::requireReplaceableFolder);
    }

    @Test
    void aFileIsNoFolderForOthers() throws IOException {
        Files.writeString(folder.resolve("file"), "x");
        String below = " cannot be written: FOLDER/file is a file, not a folder.";

        refused("--out FOLDER/file/a.npz" + below, at("file/a.npz")::requireFile);
        refused("--out FOLDER/file/a/b.npz" + below, at("file/a/b.npz")::requireFile);
        refused("--out FOLDER/file/a" + below, at("file/a")::requireFolder);
    }

    @Test
    void missingPermissionIsFound() throws IOException {
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Path file = Files.writeString(folder.resolve("file"), "x");
        closed.toFile().setWritable(false);
        file.toFile().setWritable(false);
        assumeFalse(Files.isWritable(closed), "root may write everywhere");

        String permission = " cannot be written: permission to write to FOLDER/closed is missing.";
        refused("--out FOLDER/closed/a/b.npz" + permission, at("closed/a/b.npz")::requireFile);
        refused("--out FOLDER/closed" + permission, at("closed")::requireFolder);
        refused(
                "--out FOLDER/file is write-protected: name another file, or change its permissions.",
                at("file")::requireFile);
    }

    @Test
    void aFullDiskIsFound() {
        at("new/file").requireRoom(1);

        UserError refused = assertThrows(UserError.class, () -> at("new/file").requireRoom(Long.MAX_VALUE));
        String message = refused.getMessage();
        assertEquals(
                "--out " + folder + "/new/file needs about 9223372036855 MB, and",
                message.substring(0, message.indexOf(" and ") + 4));
    }

    @Test
    void whatIsNamedTwiceIsNotOverwritten() throws IOException {
        Path input = Files.writeString(folder.resolve("mine.npz"), "x");
        Path link = Files.createSymbolicLink(folder.resolve("link.npz"), input);
        String twice = " is named twice in this command, and would be overwritten: name another file.";

        at("mine.npz").requireOtherThan(null, folder.resolve("yours.npz"));
        refused("--out FOLDER/mine.npz" + twice, () -> at("mine.npz").requireOtherThan(null, link));
        refused("--out FOLDER/new.npz" + twice, () -> at("new.npz").requireOtherThan(folder.resolve("a/../new.npz")));
    }

    @Test
    void aDeviceIsNoFile() {
        OutputPath device = new OutputPath("--out", Path.of("/dev/null"));
        assumeFalse(Files.notExists(device.path()));

        refused("--out /dev/null is not a regular file: name another one.", device::requireFile);
    }
}
