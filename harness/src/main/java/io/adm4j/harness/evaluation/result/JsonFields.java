package io.adm4j.harness.evaluation.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.Quoted;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Fields of a JSON object that is read from a file; a field that is missing or of another type is an error that names it.
 */
public final class JsonFields {
    private final String subject;
    private final String remedy;
    private final JsonNode node;

    private JsonFields(String subject, String remedy, JsonNode node) {
        this.subject = subject;
        this.remedy = remedy;
        this.node = node;
    }

    /**
     * Reads a file.
     *
     * @param what the file is, at the beginning of a message: {@code The baseline}
     * @param remedy what to do if it is damaged, at the end of a message: {@code make the baseline again}
     * @throws UserError if it cannot be read or is no JSON
     */
    public static JsonFields read(Path file, String what, String remedy) {
        String subject = what + " " + file;
        try {
            return new JsonFields(subject, remedy, new ObjectMapper().readTree(file.toFile()));
        } catch (JsonProcessingException e) {
            throw new UserError(
                    subject + " is not readable JSON (line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + ").",
                    e);
        } catch (IOException e) {
            throw new UserError(subject + " could not be read: " + e.getMessage() + ".", e);
        }
    }

    /** Whether a field is present. */
    public boolean has(String name) {
        return node.has(name);
    }

    public boolean hasInteger(String name) {
        return node.path(name).isInt();
    }

    public JsonFields object(String name) {
        return inside(need(name, node.path(name).isObject()));
    }

    /** The objects of an array. */
    public List<JsonFields> objects(String name) {
        List<JsonFields> objects = new ArrayList<>();
        need(name, node.path(name).isArray()).forEach(one -> objects.add(inside(one)));
        return objects;
    }

    public String text(String name) {
        return need(name, node.path(name).isTextual()).textValue();
    }

    /** A text in the form of a type of ours, which refuses others with a {@link UserError}. */
    public <T> T parsed(String name, Function<String, T> parser) {
        String text = text(name);
        try {
            return parser.apply(text);
        } catch (UserError e) {
            throw new UserError(subject + " is damaged: '" + name + "' is " + Quoted.of(text) + "; " + remedy + ".", e);
        }
    }

    /** The texts of an array. */
    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode one : need(name, node.path(name).isArray())) {
            need(name, one.isTextual());
            texts.add(one.textValue());
        }
        return texts;
    }

    /** The numbers of an array. */
    public List<Double> numbers(String name) {
        List<Double> numbers = new ArrayList<>();
        for (JsonNode one : need(name, node.path(name).isArray())) {
            need(name, one.isNumber());
            numbers.add(one.doubleValue());
        }
        return numbers;
    }

    public int integer(String name) {
        return need(name, node.path(name).isInt()).intValue();
    }

    public long longInteger(String name) {
        return need(name, node.path(name).isIntegralNumber()).longValue();
    }

    public double number(String name) {
        return need(name, node.path(name).isNumber()).doubleValue();
    }

    public boolean truth(String name) {
        return need(name, node.path(name).isBoolean()).booleanValue();
    }

    /** All fields of this object, which are texts. */
    public Map<String, String> allTexts() {
        Map<String, String> texts = new TreeMap<>();
        node.fieldNames().forEachRemaining(name -> texts.put(name, text(name)));
        return texts;
    }

    /**
     * Refuses a field whose value does not fit.
     *
     * @throws UserError that names the field, unless it fits
     */
    public void require(String name, boolean fits) {
        need(name, fits);
    }

    private JsonFields inside(JsonNode inner) {
        return new JsonFields(subject, remedy, inner);
    }

    private JsonNode need(String name, boolean fits) {
        if (!fits) {
            throw new UserError(subject + " is damaged: '" + name + "' is missing or of another type; " + remedy + ".");
        }
        return node.get(name);
    }
}
