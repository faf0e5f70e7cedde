package io.adm4j.harness.bundle;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.DuplicateKeyException;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Names and values in a file that is not trusted: a JSON object, a flat YAML mapping, or command lines with {@code --name
 * value}. The content decides which. Values of YAML and of command lines are texts.
 */
final class FlagFile {
    private static final long LARGEST = 1 << 20;
    private static final int DEEPEST = 8;

    /** A word that begins like an option. */
    private static final Pattern OPTION = Pattern.compile("--[A-Za-z][A-Za-z0-9_-]*(=.*)?", Pattern.DOTALL);

    /** Up to the next white space outside of quotes; a quote without end is as none. */
    private static final Pattern WORD = Pattern.compile("(\"[^\"]*\"|'[^']*'|\\S)+");

    private static final Pattern COMMAND_LINE = Pattern.compile("(?m)(^|[\\s\"'])--[A-Za-z]");
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private FlagFile() {}

    /** @throws UserError if the file cannot be read, or is none of these */
    static ObjectNode read(Path file) {
        String text = text(file);
        if (text.stripLeading().startsWith("{") || text.stripLeading().startsWith("[")) {
            return json(file, text);
        }
        return COMMAND_LINE.matcher(text).find() ? commandLines(file, text) : yaml(file, text);
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new UserError("The flags in " + file + " take more than " + (LARGEST >> 10)
                        + " KiB: this is no file of flags.");
            }
            return Files.readString(file);
        } catch (MalformedInputException e) {
            throw new UserError("The flags in " + file + " are no text: give JSON, YAML or a command line.", e);
        } catch (IOException e) {
            throw new UserError("The flags in " + file + " cannot be read.", e);
        }
    }

    private static ObjectNode json(Path file, String text) {
        try {
            if (JSON.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new UserError("The flags in " + file + " cannot be read as JSON (line " + line + ").", e);
        }
        throw new UserError("The flags in " + file + " are no JSON object.");
    }

    private static ObjectNode yaml(Path file, String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setAllowRecursiveKeys(false);
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(DEEPEST);
        options.setCodePointLimit((int) LARGEST);
        DumperOptions unused = new DumperOptions();
        try {
            Object root = new Yaml(new SafeConstructor(options), new Representer(unused), unused, options, new Texts())
                    .load(text);
            if (root instanceof Map<?, ?> mapping) {
                ObjectNode flags = JsonNodeFactory.instance.objectNode();
                mapping.forEach((name, value) -> flags.set(String.valueOf(name), value(file, name, value)));
                return flags;
            }
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            String twice = e instanceof DuplicateKeyException ? ": a flag is there twice" : "";
            throw new UserError("The flags in " + file + " cannot be read as YAML (line " + line + twice + ").", e);
        } catch (YAMLException e) {
            throw new UserError(
                    "The flags in " + file + " cannot be read as YAML: write plain 'name: value' lines, without anchors"
                            + " and aliases (& and *).",
                    e);
        }
        throw new UserError("The flags in " + file + " are neither a JSON object, a YAML mapping nor a command line.");
    }

    private static JsonNode value(Path file, Object name, Object value) {
        if (value instanceof String text) {
            return text.equals("~") || text.equals("null")
                    ? JsonNodeFactory.instance.nullNode()
                    : JsonNodeFactory.instance.textNode(text);
        }
        if (value instanceof List<?> items && items.stream().allMatch(String.class::isInstance)) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            items.forEach(item -> array.add((String) item));
            return array;
        }
        String shown = String.valueOf(name);
        throw new UserError("The entry '" + shown.substring(0, Math.min(40, shown.length())) + "' of " + file
                + " is neither a value nor a list of values: put all flags at the outermost level.");
    }

    /** Leaves every scalar the text that was written. */
    private static final class Texts extends Resolver {
        @Override
        protected void addImplicitResolvers() {}
    }

    /** Flags of commands and of shell variables: {@code MODEL_FLAGS="--image_size 64"}. The last of equal ones counts. */
    private static ObjectNode commandLines(Path file, String text) {
        ObjectNode flags = JsonNodeFactory.instance.objectNode();
        String joined = text.replaceAll("\\\\\\R", " ");
        joined.lines()
                .filter(line -> !line.strip().startsWith("#"))
                .forEach(line -> commandLine(file, words(line), flags));
        return flags;
    }

    /** The words of a line as a shell reads them; flags within quotes, as of a variable, are words too. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher each = WORD.matcher(line);
        while (each.find()) {
            String word = each.group();
            String bare = word.replaceAll("[\"']", "");
            boolean holdsFlags = !OPTION.matcher(bare).matches() || bare.matches("\\S*\\s+--[A-Za-z].*");
            if (holdsFlags && COMMAND_LINE.matcher(word).find()) {
                words.addAll(List.of(word.replaceAll("[\"']", " ").strip().split("\\s+")));
            } else {
                words.add(bare);
            }
        }
        return words;
    }

    private static void commandLine(Path file, List<String> words, ObjectNode flags) {
        boolean begun = false;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!OPTION.matcher(word).matches()) {
                // The command comes first; a variable's flags are in the file where it is set.
                if (begun && !word.startsWith("$")) {
                    throw new UserError("The word '" + word.substring(0, Math.min(40, word.length())) + "' in " + file
                            + " is neither a flag nor the value of one.");
                }
                continue;
            }
            begun = true;
            int equals = word.indexOf('=');
            String name = word.substring(2, equals < 0 ? word.length() : equals).replace('-', '_');
            if (equals >= 0) {
                flags.put(name, word.substring(equals + 1));
            } else if (i + 1 < words.size() && !OPTION.matcher(words.get(i + 1)).matches()) {
                i++;
                flags.put(name, words.get(i));
            } else {
                String shown = name.substring(0, Math.min(40, name.length()));
                throw new UserError("The flag --" + shown + " in " + file + " has no value: write --" + shown
                        + " and its value, such as True.");
            }
        }
    }
}
