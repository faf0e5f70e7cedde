package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class OwnFilesTest {
    @TempDir
    Path folder;

    @Test
    void whatOthersCanChangeOrReplaceIsNotOwn() throws IOException {
        Path inner = Files.createDirectory(folder.toRealPath().resolve("inner"));
        Path file = Files.writeString(inner.resolve("file"), "text");
        mode(file, "rw-r--r--");
        mode(inner, "rwxr-xr-x");
        OwnFiles own = OwnFiles.ofThisUser();
        assertTrue(own.has(file));
        mode(file, "rw-r--rw-");
        assertFalse(own.has(file));
        mode(file, "r--r--r--");
        assertTrue(own.has(file));
        mode(inner, "rwxr-xrwx");
        assertFalse(own.has(file));
        Files.setAttribute(inner, "unix:mode", 01777);
        assertTrue(own.has(file));
        mode(inner, "rwx------");
        assertFalse(own.has(Files.createSymbolicLink(inner.resolve("link"), file)));
        assertFalse(own.has(inner.resolve("absent")));
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
}
