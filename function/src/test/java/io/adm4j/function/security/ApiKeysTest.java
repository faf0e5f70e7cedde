package io.adm4j.function.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {
    @TempDir
    Path folder;

    private ApiKeys ofFile(String text) throws IOException {
        Path file = folder.resolve("keys");
        Files.writeString(file, text);
        return new ApiKeys(List.of("fixed:one"), Optional.of(file.toString()));
    }

    private static void awaitClient(ApiKeys keys, String key, Optional<String> expected) throws InterruptedException {
        for (int i = 0; i < 100 && !keys.client(key).equals(expected); i++) {
            Thread.sleep(100);
        }
        assertEquals(expected, keys.client(key));
    }

    @Test
    void withoutASettingNoneIsRequired() {
        assertFalse(new ApiKeys(List.of(), Optional.empty()).required());
    }

    @Test
    void keysHaveNamesOrAreNumbered() throws IOException {
        ApiKeys keys = ofFile("# comment\n\nalice: two\nthree\ncolons:a:b\n");
        assertTrue(keys.required());
        assertEquals(4, keys.count());
        assertEquals(Optional.of("fixed"), keys.client("one"));
        assertEquals(Optional.of("alice"), keys.client("two"));
        assertEquals(Optional.of("key2"), keys.client("three"));
        assertEquals(Optional.of("colons"), keys.client("a:b"));
        assertEquals(Optional.empty(), keys.client("alice"));
        assertEquals(Optional.empty(), keys.client(""));
    }

    @Test
    void aChangedFileIsReadAgainAndABrokenOneIsNot() throws Exception {
        ApiKeys keys = ofFile("alice:two\n");
        Path file = folder.resolve("keys");
        Files.writeString(file, "alice:renewed-key\n");
        awaitClient(keys, "renewed-key", Optional.of("alice"));
        assertEquals(Optional.empty(), keys.client("two"));
        assertEquals(Optional.of("fixed"), keys.client("one"));
        Files.writeString(file, "alice:another key with spaces\n");
        Thread.sleep(1500);
        assertEquals(Optional.of("alice"), keys.client("renewed-key"));
        Files.delete(file);
        Thread.sleep(1500);
        assertEquals(Optional.of("alice"), keys.client("renewed-key"));
        Files.writeString(file, "carol:back\n");
        awaitClient(keys, "back", Optional.of("carol"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice:", ":key-secret", "a b:key-secret", "alice:key secret", "alice:\u00e9secret"})
    void aMalformedEntryStopsTheStartWithoutBeingShown(String entry) {
        ConfigurationException failure =
                assertThrows(ConfigurationException.class, () -> new ApiKeys(List.of("x:y", entry), Optional.empty()));
        assertTrue(failure.getMessage().startsWith("In adm4j.api-keys entry 2 must be NAME:KEY or KEY, "));
        assertFalse(failure.getMessage().contains("secret"), failure.getMessage());
    }

    @Test
    void aFileThatIsMissingOrEmptyStopsTheStart() throws IOException {
        String none = folder.resolve("none").toString();
        assertEquals(
                "The file of adm4j.api-keys-file, " + none
                        + ", cannot be read: set ADM4J_API_KEYS_FILE or -Dadm4j.api-keys-file to a file with one NAME:KEY a"
                        + " line.",
                assertThrows(ConfigurationException.class, () -> new ApiKeys(List.of(), Optional.of(none)))
                        .getMessage());
        Path empty = Files.writeString(folder.resolve("empty"), "# none yet\n");
        assertTrue(assertThrows(
                        ConfigurationException.class, () -> new ApiKeys(List.of(), Optional.of(empty.toString())))
                .getMessage()
                .startsWith("adm4j.api-keys-file has no key in it"));
    }
}
