package io.adm4j.function.infra;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of the repository that describe images and manifests. */
final class InfraFiles {
    static final Path ROOT = Path.of(System.getProperty("adm4j.root", "..")).normalize();
    static final Path INFRA = ROOT.resolve("infra");

    private static final ObjectReader YAML =
            new YAMLMapper().reader().with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private InfraFiles() {}

    /** The files below a folder of the repository whose names match a regular expression, sorted. */
    static List<Path> named(Path folder, String pattern) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().matches(pattern))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All documents of a YAML file. */
    static List<JsonNode> documents(Path file) {
        try {
            return YAML.forType(JsonNode.class)
                    .<JsonNode>readValues(file.toFile())
                    .readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
