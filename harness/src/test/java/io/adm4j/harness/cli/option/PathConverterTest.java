package io.adm4j.harness.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class PathConverterTest {
    @Test
    void pathsAreTakenAsTheyAre() {
        assertEquals(Path.of("a b/c.npz"), new PathConverter().convert("a b/c.npz"));
    }

    @Test
    void otherLettersInTheCLocaleAreOneSentence() {
        assertEquals(
                "'ä/x.npz' has letters that file names of this locale (ANSI_X3.4-1968) cannot have; set LC_ALL=C.UTF-8",
                PathConverter.problem("ä/x.npz", "ANSI_X3.4-1968", "Malformed input"));
        assertEquals(
                "'a:b' cannot be a path here (Illegal char <:>)",
                PathConverter.problem("a:b", "Cp1252", "Illegal char <:>"));
    }

    @Test
    void emptyAndImpossiblePathsAreRefused() {
        assertEquals(
                "it is empty; name a file or folder",
                assertThrows(TypeConversionException.class, () -> new PathConverter().convert(""))
                        .getMessage());
        assertEquals(
                "'a\0b' cannot be a path here (Nul character not allowed)",
                assertThrows(TypeConversionException.class, () -> new PathConverter().convert("a\0b"))
                        .getMessage());
    }
}
