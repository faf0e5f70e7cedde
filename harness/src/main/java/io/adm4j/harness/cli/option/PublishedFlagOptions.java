package io.adm4j.harness.cli.option;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.harness.bundle.PublishedFlags;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The published flags of a parsed command: the options of its {@link FlagGroup}s, under the flags' names. */
public final class PublishedFlagOptions {
    private final List<OptionSpec> options;
    private final CommandSpec command;

    private PublishedFlagOptions(List<OptionSpec> options, CommandSpec command) {
        this.options = options;
        this.command = command;
    }

    /** The flags of a command that has been parsed. */
    public static PublishedFlagOptions of(CommandSpec command) {
        List<OptionSpec> options = command.argGroups().stream()
                .filter(group ->
                        FlagGroup.class.isAssignableFrom(group.typeInfo().getType()))
                .flatMap(group -> group.options().stream())
                .toList();
        return new PublishedFlagOptions(options, command);
    }

    /** All flags that were given or have a default, in the order of their declaration. */
    public ObjectNode values() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        options.forEach(option -> put(json, option));
        return json;
    }

    /**
     * Flags in layers: the given ones over those of a file over all others.
     *
     * @param values what {@link #values} gave, and more; not modified
     * @param file published flags, or null; flags without meaning here are named on standard error
     * @param network which the flags describe
     * @throws io.adm4j.feedback.UserError if the file cannot be read, or has flags that are not known
     */
    public ObjectNode over(Path file, PublishedFlags.Network network, ObjectNode values) {
        ObjectNode json = values.deepCopy();
        ParseResult given = command.commandLine().getParseResult();
        if (file != null) {
            json.setAll(PublishedFlags.read(file, network, command.commandLine().getErr()::println));
        }
        options.stream()
                .filter(option -> given.hasMatchedOption(option.longestName()))
                .forEach(option -> put(json, option));
        return json;
    }

    private static void put(ObjectNode json, OptionSpec option) {
        String flag = option.longestName().substring("--".length()).replace('-', '_');
        Object value = option.getValue();
        if (value instanceof Integer number) {
            json.put(flag, number);
        } else if (value instanceof Double number) {
            json.put(flag, number);
        } else if (value instanceof Boolean truth) {
            json.put(flag, truth);
        } else if (value != null) {
            json.put(flag, value.toString().toLowerCase(Locale.ROOT));
        }
    }
}
