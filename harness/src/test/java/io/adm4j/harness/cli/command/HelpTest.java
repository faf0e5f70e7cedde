package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.harness.cli.Harness;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class HelpTest {
    static List<String> commands() {
        List<String> names = new ArrayList<>();
        collect("", Harness.commandLine(), names);
        return names;
    }

    private static void collect(String path, CommandLine command, List<String> names) {
        names.add(path);
        command.getSubcommands().forEach((name, sub) -> collect((path + " " + name).strip(), sub, names));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandExplainsItself(String path) {
        Object[] words = Stream.of((path + " --help").strip().split(" ")).toArray();

        CommandLineRun help = succeeding(words);

        assertTrue(help.out().contains(("Usage: harness " + path).strip()), help.out());
        assertTrue(help.err().isEmpty(), help.err());
        CommandLine command = Harness.commandLine();
        for (String word : path.isEmpty() ? new String[0] : path.split(" ")) {
            command = command.getSubcommands().get(word);
        }
        assertFalse(
                String.join("", command.getCommandSpec().usageMessage().description())
                        .isBlank(),
                "a description");
        command.getCommandSpec()
                .options()
                .forEach(option -> assertFalse(
                        String.join("", option.description()).isBlank(), option.longestName() + " is described"));
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
}
