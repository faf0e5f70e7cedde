package io.adm4j.harness.sampling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Tells in which settings two runs differ. */
public final class SettingsDifference {
    private SettingsDifference() {}

    /**
     * The settings that differ, in parentheses after a space; empty if one of the two is no JSON.
     *
     * @param then JSON of an earlier run
     * @param now JSON of this run
     */
    public static String between(String then, String now) {
        try {
            ObjectMapper mapper = new ObjectMapper();
            Map<String, String> before = new TreeMap<>();
            Map<String, String> after = new TreeMap<>();
            flatten("", mapper.readTree(then), before);
            flatten("", mapper.readTree(now), after);
            Set<String> names = new TreeSet<>(before.keySet());
            names.addAll(after.keySet());
            return names.stream()
                    .filter(name -> !Objects.equals(before.get(name), after.get(name)))
                    .map(name -> name + ": " + before.getOrDefault(name, "none") + " then, "
                            + after.getOrDefault(name, "none") + " now")
                    .collect(Collectors.joining("; ", " (", ")"));
        } catch (JsonProcessingException e) {
            return "";
        }
    }

    private static void flatten(String name, JsonNode node, Map<String, String> values) {
        if (node.isObject()) {
            node.properties()
                    .forEach(field -> flatten(
                            name.isEmpty() ? field.getKey() : name + "." + field.getKey(), field.getValue(), values));
        } else {
            values.put(name, node.isTextual() ? node.textValue() : node.toString());
        }
    }
}
