package io.adm4j.function.inference;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.feedback.Quoted;
import io.adm4j.function.service.Refusal;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;

/** The members of an object in a request, none of which is ignored. */
final class Members {
    private Members() {}

    /**
     * Checks that an object has no other members; a missing one has none.
     *
     * @param what the object, as a sentence names it
     */
    static void check(JsonNode object, String what, Set<String> allowed) {
        if (object.isMissingNode()) {
            return;
        }
        if (!object.isObject()) {
            throw Refusal.badInput("There must be a JSON object for " + what + ".");
        }
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!allowed.contains(name)) {
                throw Refusal.badInput("There is no " + Quoted.of(name) + " in " + what + ": allowed are "
                        + String.join(", ", new TreeSet<>(allowed)) + ".");
            }
        }
    }

    /** A member that must be there and be text. */
    static String text(JsonNode object, String name, String what) {
        JsonNode value = object.path(name);
        if (!value.isTextual()) {
            throw Refusal.badInput("The " + name + " of " + what + " must be given, as text.");
        }
        return value.textValue();
    }

    /** A member that is a truth value; false if it is missing. */
    static boolean truth(JsonNode object, String name, boolean standard) {
        JsonNode value = object.path(name);
        if (value.isMissingNode()) {
            return standard;
        }
        if (!value.isBoolean()) {
            throw Refusal.badInput("The parameter " + name + " must be true or false.");
        }
        return value.booleanValue();
    }
}
