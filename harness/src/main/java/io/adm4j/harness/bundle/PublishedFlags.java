package io.adm4j.harness.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** Collects flags under their published names: defaults, then those of a file, then those of the command line. */
public final class PublishedFlags {
    private final ObjectNode json;

    /** @param file JSON with published flags, or null */
    public PublishedFlags(ObjectNode defaults, Path file) {
        json = defaults.deepCopy();
        if (file != null) {
            json.setAll(read(file));
        }
    }

    /** Reads a file of published flags. */
    public static ObjectNode read(Path file) {
        try {
            JsonNode node = new ObjectMapper().readTree(file.toFile());
            if (node instanceof ObjectNode object) {
                return object;
            }
        } catch (IOException e) {
            throw new UserError("The flags in " + file + " cannot be read as JSON.", e);
        }
        throw new UserError("The flags in " + file + " are no JSON object.");
    }

    /** Sets a flag unless the command line left it out. */
    public PublishedFlags with(String name, Object value) {
        if (value instanceof Integer i) {
            json.put(name, i);
        } else if (value instanceof Double d) {
            json.put(name, d);
        } else if (value instanceof Boolean b) {
            json.put(name, b);
        } else if (value != null) {
            json.put(name, value.toString().toLowerCase(Locale.ROOT));
        }
        return this;
    }

    public ObjectNode json() {
        return json;
    }
}
