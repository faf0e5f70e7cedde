package io.adm4j;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The golden vectors: in the folder of {@code -Dadm4j.golden}, by default the small copies in the test
 * resources of the core.
 */
public final class Golden {
    private Golden() {}

    public static Path folder() {
        Path given = Path.of(System.getProperty("adm4j.golden", "src/test/resources/golden"));
        return given.isAbsolute()
                ? given
                : Path.of(System.getProperty("adm4j.root", "..")).resolve(given).normalize();
    }

    /** Names (without extension) of the cases that have a file {@code prefix*.npz}, sorted. */
    public static List<String> cases(String prefix) {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.startsWith(prefix) && n.endsWith(".npz"))
                    .map(n -> n.substring(0, n.length() - 4))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException("No golden vectors in " + folder() + ".", e);
        }
    }

    public static Path file(String name) {
        return folder().resolve(name);
    }
}
