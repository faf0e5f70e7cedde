package io.adm4j.harness.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.file.Path;

/** Reads published flags from files. */
public final class PublishedFlags {
    private PublishedFlags() {}

    /**
     * Reads a file of published flags.
     *
     * @throws UserError if it cannot be read, or is not a JSON object
     */
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
}
