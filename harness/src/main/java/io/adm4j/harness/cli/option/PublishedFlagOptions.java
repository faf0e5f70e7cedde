package io.adm4j.harness.cli.option;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Options of a parsed command under the names of published flags: {@code --image-size} is {@code image_size}. */
public final class PublishedFlagOptions {
    private final List<OptionSpec> options;
    private final CommandSpec command;

    private PublishedFlagOptions(List<OptionSpec> options, CommandSpec command) {
        this.options = options;
        this.command = command;
    }

    /** The flags of network and diffusion: the options of a command's {@link FlagGroup}s. */
    public static PublishedFlagOptions of(CommandSpec command) {
        return of(command, FlagGroup.class);
    }

    /** The settings of training: the options of a command's {@link OptimizationOptions}. */
    static PublishedFlagOptions ofTraining(CommandSpec command) {
        return of(command, OptimizationOptions.class);
    }

    private static PublishedFlagOptions of(CommandSpec command, Class<?> kind) {
        List<OptionSpec> options = command.argGroups().stream()
                .filter(group -> kind.isAssignableFrom(group.typeInfo().getType()))
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

    /** The flags that were given, in the order of their declaration. */
    public ObjectNode given() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ParseResult parsed = command.commandLine().getParseResult();
        options.stream()
                .filter(option -> parsed.hasMatchedOption(option.longestName()))
                .forEach(option -> put(json, option));
        return json;
    }

    private static void put(ObjectNode json, OptionSpec option) {
        String flag = option.longestName().substring("--".length()).replace('-', '_');
        Object value = option.getValue();
        if (value instanceof Integer number) {
            json.put(flag, number);
        } else if (value instanceof Long number) {
            json.put(flag, number);
        } else if (value instanceof Double number) {
            json.put(flag, number);
        } else if (value instanceof Boolean truth) {
            json.put(flag, truth);
        } else if (value instanceof List<?> numbers) {
            ArrayNode array = json.putArray(flag);
            numbers.forEach(number -> array.add((Double) number));
        } else if (value != null) {
            json.put(flag, value.toString().toLowerCase(Locale.ROOT));
        }
    }
}
