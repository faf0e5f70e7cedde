package io.adm4j.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The option references in {@code docs/} say what the options say. */
class CommandReferenceTest {
    private static final String WRITE_AGAIN =
            "mvn -B -pl src,export,harness -Dtest=CommandReferenceTest -Dadm4j.docs=write"
                    + " -Dsurefire.failIfNoSpecifiedTests=false test";

    private static final Pattern BLOCK =
            Pattern.compile("(<!-- options of harness ([a-z -]+?) -->\n).*?(<!-- end of options -->)", Pattern.DOTALL);

    private final CommandReference reference = new CommandReference();

    @Test
    void pagesSayWhatTheOptionsSay() throws IOException {
        boolean write = "write".equals(System.getProperty("adm4j.docs"));
        List<String> described = new ArrayList<>();
        for (Path page : pages()) {
            String text = Files.readString(page);
            String current = BLOCK.matcher(text).replaceAll(block -> {
                described.add(block.group(2));
                return Matcher.quoteReplacement(
                        block.group(1) + "\n" + reference.markdown(block.group(2)) + block.group(3));
            });
            if (write && !current.equals(text)) {
                Files.writeString(page, current);
            } else {
                assertEquals(
                        current, text, page.getFileName() + " is out of date. Write it again with: " + WRITE_AGAIN);
            }
        }
        assertEquals(
                reference.commands().stream().sorted().toList(),
                described.stream().sorted().toList(),
                "every command is described on one page");
    }

    private static List<Path> pages() throws IOException {
        Path docs = Path.of(System.getProperty("adm4j.root"), "docs");
        try (Stream<Path> files = Files.list(docs)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }
}
