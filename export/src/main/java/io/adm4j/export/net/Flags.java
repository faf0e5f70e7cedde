package io.adm4j.export.net;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.feedback.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Reads published flags from JSON; numbers and booleans may be given as strings, as on a command line. */
final class Flags {
    private final JsonNode json;

    Flags(JsonNode json) {
        if (!json.isObject()) {
            throw new UserError("The flags must be one JSON object of flag names and values.");
        }
        this.json = json;
    }

    boolean has(String name) {
        return json.hasNonNull(name);
    }

    int integer(String name, int otherwise) {
        return has(name) ? FlagText.integer(name, text(name, "")) : otherwise;
    }

    double real(String name, double otherwise) {
        return has(name) ? FlagText.real(name, text(name, "")) : otherwise;
    }

    boolean truth(String name, boolean otherwise) {
        return has(name) ? FlagText.truth(name, text(name, "")) : otherwise;
    }

    String text(String name, String otherwise) {
        return has(name) ? json.get(name).asText() : otherwise;
    }

    /** Comma-separated text or a JSON array; empty text is the empty list. */
    List<Double> numbers(String name, String otherwise) {
        List<String> parts = new ArrayList<>();
        if (has(name) && json.get(name).isArray()) {
            json.get(name).forEach(n -> parts.add(n.asText()));
        } else {
            String text = text(name, otherwise).strip();
            if (!text.isEmpty()) {
                parts.addAll(List.of(text.split(",")));
            }
        }
        try {
            return parts.stream().map(p -> Double.valueOf(p.strip())).toList();
        } catch (NumberFormatException e) {
            throw wrong(name, "numbers separated by commas");
        }
    }

    /** Like {@link #numbers}, of integers. */
    List<Integer> integers(String name, String otherwise) {
        List<Double> numbers = numbers(name, otherwise);
        if (numbers.stream().anyMatch(n -> n != Math.rint(n))) {
            throw wrong(name, "integers separated by commas");
        }
        return numbers.stream().map(Double::intValue).toList();
    }

    /** Numbers as the published flags write them: {@code 0.5,1,2}. */
    static String join(List<? extends Number> numbers) {
        return numbers.stream()
                .map(n -> n.doubleValue() == n.longValue() ? Long.toString(n.longValue()) : n.toString())
                .collect(Collectors.joining(","));
    }

    private UserError wrong(String name, String wanted) {
        return FlagText.wrong(
                name,
                wanted,
                json.get(name).isTextual() ? text(name, "") : json.get(name).toString());
    }
}
