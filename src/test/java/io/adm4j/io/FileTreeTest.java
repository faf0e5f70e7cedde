package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
    @TempDir
    Path folder;

    private static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    @Test
    void aFolderIsDeletedWithItsContents() throws IOException {
        Path root = folder.resolve("root");
        Files.createDirectories(root.resolve("a/b"));
        Files.createDirectories(root.resolve("a.b"));
        Files.writeString(root.resolve("a/b/file"), "x");
        Files.writeString(root.resolve("a.b/file"), "x");
        Files.writeString(folder.resolve("sibling"), "stays");
        FileTree.delete(root);
        assertFalse(exists(root));
        assertEquals("stays", Files.readString(folder.resolve("sibling")));
    }

    @Test
    void aFileIsDeletedAndAMissingOneIsIgnored() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        FileTree.delete(file);
        assertFalse(exists(file));
        FileTree.delete(file);
    }

    @Test
    void linksAreDeletedAndNotFollowed() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Path kept = Files.writeString(other.resolve("kept"), "x");
        Path root = Files.createDirectory(folder.resolve("root"));
        Files.createSymbolicLink(root.resolve("inside"), other);
        Path link = Files.createSymbolicLink(folder.resolve("link"), other);
        Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("nothing"));
        FileTree.delete(root);
        FileTree.delete(link);
        FileTree.delete(dangling);
        assertFalse(exists(root));
        assertFalse(exists(link));
        assertFalse(exists(dangling));
        assertEquals("x", Files.readString(kept));
    }
}
