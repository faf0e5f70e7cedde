package io.adm4j.harness.bench.soak;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * What happened in a soak.
 *
 * @param counts how often each thing happened
 * @param memory a line for each process on its memory and threads
 * @param problems all that is wrong; none if the function kept its word
 */
public record SoakReport(SoakSettings settings, Map<String, Long> counts, List<String> memory, List<String> problems) {
    private static final int SHOWN = 20;

    /** Whether nothing is wrong. */
    public boolean sound() {
        return problems.isEmpty();
    }

    /** For the console. */
    public String text() {
        StringBuilder text = new StringBuilder(String.format(
                "%d requests from %d clients, seed %d%n", settings.requests(), settings.clients(), settings.seed()));
        counts.forEach((what, times) -> text.append(String.format("%8d %s%n", times, what)));
        text.append(String.format(
                "%d images verified: equal, byte by byte, to those that their seeds gave alone%n",
                counts.getOrDefault("images", 0L)));
        memory.forEach(line -> text.append(String.format("%s%n", line)));
        problems.stream().limit(SHOWN).forEach(problem -> text.append(String.format("WRONG: %s%n", problem)));
        text.append(String.format("%d wrong%n", problems.size()));
        return text.toString();
    }

    /** The same as JSON. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("tool", "adm4j")
                .put("requests", settings.requests())
                .put("clients", settings.clients())
                .put("seed", settings.seed());
        ObjectNode all = json.putObject("counts");
        counts.forEach(all::put);
        memory.forEach(json.putArray("memory")::add);
        problems.forEach(json.putArray("problems")::add);
        return json;
    }
}
