package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
    @TempDir
    Path folder;

    @Test
    void aPathThatDoesNotExistYetHasTheRoomOfItsDisk() {
        assertTrue(new DiskSpace(folder.resolve("new/deep")).free().getAsLong() > 0);
    }

    @Test
    void whatFitsPassesAndWhatDoesNotIsOneSentence() {
        DiskSpace space = new DiskSpace(folder.resolve("new"));
        space.require("The file", 1, "name another disk");

        String message = assertThrows(
                        UserError.class, () -> space.require("The file", Long.MAX_VALUE, "name another disk"))
                .getMessage();

        assertEquals(
                "The file needs about 9223372036855 MB, and N MB are free on its disk: make room or name another disk.",
                message.replaceFirst(" and \\d+ MB", " and N MB"));
    }
}
