package io.adm4j.harness.cli.command;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.cli.Harness;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The help of every command. */
class HelpTest {
    /** Options of a command that needs no sections, --help and --version included. */
    private static final int MOST_WITHOUT_SECTIONS = 12;

    static List<String> commands() {
        List<String> names = new ArrayList<>();
        collect("", Harness.commandLine(), names);
        return names;
    }

    private static void collect(String path, CommandLine command, List<String> names) {
        names.add(path);
        command.getSubcommands().forEach((name, sub) -> collect((path + " " + name).strip(), sub, names));
    }

    static Stream<Arguments> commandsAndWidths() {
        return commands().stream().flatMap(path -> Stream.of(Arguments.of(path, 80), Arguments.of(path, 120)));
    }

    @ParameterizedTest
    @MethodSource("commandsAndWidths")
    void helpFitsTheTerminalAndWarnsOfNothing(String path, int width) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        ByteArrayOutputStream warnings = new ByteArrayOutputStream();
        PrintStream before = System.err;
        int exitCode;
        // picocli warns of descriptions that it cannot format here, not on the command's writer.
        System.setErr(new PrintStream(warnings, true, StandardCharsets.UTF_8));
        try {
            exitCode = Harness.commandLine()
                    .setUsageHelpWidth(width)
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(err, true))
                    .execute((path + " --help").strip().split(" "));
        } finally {
            System.setErr(before);
        }

        assertEquals(0, exitCode);
        assertTrue(out.toString().startsWith(("Usage: harness " + path).strip()), out.toString());
        assertEquals("", err.toString());
        assertEquals("", warnings.toString(StandardCharsets.UTF_8));
        assertEquals(
                List.of(),
                out.toString().lines().filter(line -> line.length() > width).toList());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandAndOptionIsDescribed(String path) {
        CommandLine command = command(path);

        String description =
                String.join(" ", command.getCommandSpec().usageMessage().description());

        assertFalse(description.isBlank());
        if (!path.isEmpty()) {
            String parent = String.join(
                    " ", Harness.commandLine().getCommandSpec().usageMessage().description());
            assertNotEquals(parent, description, "a description of its own");
        }
        assertAll(command.getCommandSpec().args().stream().map(argument -> () -> assertDescribed(argument)));
    }

    /** Each option is described, and says its default if it has one. */
    private static void assertDescribed(ArgSpec argument) {
        String name = argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
        String description = String.join(" ", argument.description());
        assertFalse(description.isBlank(), name);
        if (argument.defaultValue() != null) {
            assertTrue(
                    description
                            .toLowerCase(Locale.ROOT)
                            .contains("default " + argument.defaultValue().toLowerCase(Locale.ROOT)),
                    name + ": " + description);
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void manyOptionsAreShownInSections(String path) {
        List<OptionSpec> loose = command(path).getCommandSpec().options().stream()
                .filter(option -> option.group() == null && !option.hidden())
                .toList();

        assertTrue(
                loose.size() <= MOST_WITHOUT_SECTIONS,
                () -> loose.stream().map(OptionSpec::longestName).toList().toString());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandShowsTheVersion(String path) {
        List<String> shown = CommandLineRun.succeeding(
                        (Object[]) (path + " --version").strip().split(" "))
                .out()
                .lines()
                .toList();

        assertEquals(3, shown.size(), shown.toString());
        assertTrue(shown.get(0).startsWith("adm4j "), shown.toString());
        assertEquals("Java " + System.getProperty("java.version"), shown.get(1));
        assertTrue(shown.get(2).matches("ONNX Runtime \\d+\\.\\d+\\.\\d+"), shown.toString());
    }

    @Test
    void mistakesPointToTheHelp() {
        for (String words : List.of("", "train", "smaple", "sample --no-such-option", "export", "train diffusion")) {
            CommandLineRun run = CommandLineRun.of((Object[]) words.split(" "));
            assertEquals(2, run.exitCode(), words);
            assertTrue(run.err().lines().count() <= 3, run.err());
            assertFalse(run.err().contains("\tat "), run.err());
        }
        assertTrue(CommandLineRun.of("smaple").err().contains("sample"), "a near name is suggested");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void threadsAreNeverNegative(String path) {
        boolean takesThreads = command(path).getCommandSpec().findOption("--threads") != null;
        if (takesThreads) {
            CommandLineRun.refused("'-1' is not a whole number of at least 0", words(path + " --threads -1"));
        }
    }

    private static Object[] words(String line) {
        return line.split(" ");
    }

    private static CommandLine command(String path) {
        CommandLine command = Harness.commandLine();
        for (String word : path.isEmpty() ? new String[0] : path.split(" ")) {
            command = command.getSubcommands().get(word);
        }
        return command;
    }
}
