package io.adm4j.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The Markdown pages name what is there: files by link, classes and their members by name. */
class PagesTest {
    private static final Path ROOT = Path.of(System.getProperty("adm4j.root"));
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)(?:#([^)\\s]*))?\\)");
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```");
    /** A class, perhaps with a member: {@code `Sampler`} or {@code `Sampler.steps`}. */
    private static final Pattern NAME = Pattern.compile("`([A-Z][a-z]\\w*[A-Za-z])(?:\\.(\\w+))?`");

    @Test
    void linksLeadSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : pages()) {
            String text = CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
            LINK.matcher(text).results().forEach(link -> {
                Path target = link.group(1).isEmpty()
                        ? page
                        : page.resolveSibling(link.group(1)).normalize();
                if (!Files.exists(target) || link.group(2) != null && !hasHeading(target, link.group(2))) {
                    broken.add(ROOT.relativize(page) + ": " + link.group());
                }
            });
        }
        assertEquals(List.of(), broken);
    }

    @Test
    void namedClassesAndMembersExist() throws IOException {
        Map<String, Path> classes = classes();
        List<String> gone = new ArrayList<>();
        int named = 0;
        for (Path page : List.of(ROOT.resolve("ARCHITECTURE.md"), ROOT.resolve("docs/glossary.md"))) {
            String text = CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
            for (var name : NAME.matcher(text).results().toList()) {
                named++;
                Path source = classes.get(name.group(1));
                if (source == null || name.group(2) != null && !declares(source, name.group(2))) {
                    gone.add(ROOT.relativize(page) + ": " + name.group());
                }
            }
        }
        assertEquals(List.of(), gone);
        assertTrue(named > 100, named + " names found");
    }

    private static boolean declares(Path source, String member) throws IOException {
        return Pattern.compile("\\b" + member + "\\b")
                .matcher(Files.readString(source))
                .find();
    }

    private static boolean hasHeading(Path page, String anchor) {
        try {
            return Files.readAllLines(page).stream()
                    .filter(line -> line.startsWith("#"))
                    .map(line -> line.replaceFirst("^#+ ", "")
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("[^\\p{L}\\p{N} _-]", "")
                            .replace(' ', '-'))
                    .anyMatch(anchor::equals);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(Stream.concat(top, docs), Stream.of(ROOT.resolve("infra/README.md")))
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    private static Map<String, Path> classes() throws IOException {
        Map<String, Path> classes = new HashMap<>();
        for (String module : List.of("src", "export", "function", "harness")) {
            Path sources = module.equals("src")
                    ? ROOT.resolve("src")
                    : ROOT.resolve(module).resolve("src");
            try (Stream<Path> files = Files.walk(sources)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .forEach(file ->
                                classes.put(file.getFileName().toString().replace(".java", ""), file));
            }
        }
        return classes;
    }
}
