package io.adm4j.harness.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The options of the commands as Markdown, from the same declarations that {@code --help} is made from. */
final class CommandReference {
    private final CommandLine root = Harness.commandLine();

    /** The commands that do something themselves, in the order of the help: "sample", "train diffusion", ... */
    List<String> commands() {
        List<String> paths = new ArrayList<>();
        root.getSubcommands().values().forEach(command -> collect(command, paths));
        return paths;
    }

    private static void collect(CommandLine command, List<String> paths) {
        if (!isGroup(command.getCommandSpec())) {
            paths.add(path(command.getCommandSpec()));
        }
        command.getSubcommands().values().forEach(sub -> collect(sub, paths));
    }

    /** Whether a command only holds others: it has nothing to run and no options but the standard ones. */
    private static boolean isGroup(CommandSpec spec) {
        return !(spec.userObject() instanceof Runnable)
                && !(spec.userObject() instanceof java.util.concurrent.Callable);
    }

    private static String path(CommandSpec spec) {
        return spec.qualifiedName(" ").substring(spec.root().name().length() + 1);
    }

    /**
     * What a page says about one command: heading, description, a table for each section of options, exit codes where they
     * are not those of every command, footer.
     *
     * @throws IllegalArgumentException if there is no such command
     */
    String markdown(String path) {
        CommandLine command = root;
        for (String name : path.split(" ")) {
            command = command.getSubcommands().get(name);
            if (command == null) {
                throw new IllegalArgumentException("There is no command 'harness " + path + "'.");
            }
        }
        CommandSpec spec = command.getCommandSpec();
        UsageMessageSpec usage = spec.usageMessage();
        StringBuilder page = new StringBuilder("### harness " + path + "\n\n");
        page.append(sentence(usage.description())).append("\n\n");
        page.append(table(
                "Argument",
                spec.positionalParameters().stream()
                        .map(parameter -> row(
                                parameter,
                                parameter.paramLabel() + (parameter.arity().max() > 1 ? "..." : "")))
                        .toList()));
        page.append(table(
                "Option",
                rows(spec.options().stream()
                        .filter(option -> option.group() == null)
                        .toList())));
        for (ArgGroupSpec group : spec.argGroups()) {
            String heading =
                    group.heading() == null ? "" : format(group.heading()).strip();
            if (!heading.isEmpty()) {
                page.append("**").append(heading.replaceAll(":$", "")).append("**\n\n");
            }
            page.append(table("Option", rows(group.allOptionsNested())));
        }
        Map<String, String> codes = usage.exitCodeList();
        if (!codes.equals(root.getCommandSpec().usageMessage().exitCodeList())) {
            List<String> rows = codes.entrySet().stream()
                    .map(code -> "| " + code.getKey().strip() + " | " + oneLine(format(code.getValue())) + " |\n")
                    .toList();
            page.append(table("Exit code", rows));
        }
        if (usage.footer().length > 0) {
            page.append(sentence(usage.footer())).append("\n\n");
        }
        return page.toString();
    }

    private static List<String> rows(List<OptionSpec> options) {
        return options.stream()
                .filter(option -> !option.hidden() && !option.usageHelp() && !option.versionHelp())
                .map(option -> row(option, names(option)))
                .toList();
    }

    private static String names(OptionSpec option) {
        String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
        return String.join(", ", option.names()) + value;
    }

    private static String row(ArgSpec argument, String names) {
        String meaning = oneLine(String.join(" ", argument.description()));
        boolean showsDefault = argument.command().usageMessage().showDefaultValues()
                && argument.defaultValue() != null
                && !argument.defaultValue().isEmpty();
        return "| `" + names + "` | " + (argument.required() ? "Required. " : "") + meaning
                + (showsDefault ? " Default: `" + argument.defaultValueString(true) + "`." : "") + " |\n";
    }

    private static String table(String head, List<String> rows) {
        return rows.isEmpty() ? "" : "| " + head + " | Meaning |\n| --- | --- |\n" + String.join("", rows) + "\n";
    }

    private static String sentence(String[] lines) {
        return oneLine(format(String.join(" ", lines)));
    }

    private static String oneLine(String text) {
        return escaped(text).replaceAll("\\s+", " ").strip();
    }

    /** Texts of a command are formats (%n ends a line); picocli has formatted those of options already. */
    private static String format(String text) {
        return String.format(Locale.ROOT, text);
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*");
    }
}
