package io.adm4j.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sha256Test {
    /** Examples of FIPS 180. */
    private static final String OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private static final String OF_A_MILLION = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

    @TempDir
    Path folder;

    @Test
    void textAndBytesHaveTheStandardsChecksums() {
        assertEquals(OF_NOTHING, Sha256.of(""));
        assertEquals(OF_ABC, Sha256.of("abc"));
        assertEquals(OF_ABC, Sha256.of(new byte[] {'a', 'b', 'c'}));
        assertEquals(Sha256.of("größe".getBytes(StandardCharsets.UTF_8)), Sha256.of("größe"));
    }

    @Test
    void filesOfAnySizeHaveTheStandardsChecksums() throws IOException {
        assertEquals(OF_NOTHING, Sha256.of(Files.createFile(folder.resolve("empty"))));
        assertEquals(OF_A_MILLION, Sha256.of(Files.writeString(folder.resolve("million"), "a".repeat(1_000_000))));
        byte[] large = new byte[(1 << 20) * 2 + 17];
        large[1 << 20] = 1;
        assertEquals(Sha256.of(large), Sha256.of(Files.write(folder.resolve("large"), large)));
    }

    /** The expected value is that of {@code sha256sum part1 sub/part2 | sha256sum}. */
    @Test
    void aSetOfFilesHasTheChecksumOfItsListing() throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        Path first = Files.writeString(folder.resolve("part1"), "abc");
        Path second = Files.createFile(folder.resolve("sub/part2"));
        assertEquals(
                "ebde05d854d9db5e49bad22b693bc4cfba1f59e7c9a7b208e46efaf8fa91c936",
                Sha256.of(folder, List.of(first, second)));
        assertEquals(OF_ABC, Sha256.of(folder, List.of(first)));
    }

    @Test
    void aMissingFileIsNamed() {
        Path missing = folder.resolve("missing");
        UserError e = assertThrows(UserError.class, () -> Sha256.of(missing));
        assertTrue(e.getMessage().startsWith("The file " + missing + " could not be read"), e.getMessage());
    }
}
