package io.adm4j.export.importer.torch;

import io.adm4j.export.graph.Parameter;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What wrappers put before all names of a network: {@code module.}, {@code ema_model.module.}. It is found by comparison
 * with the network's own names.
 *
 * @param text ends with a dot, or is empty
 */
public record NamePrefix(String text) {

    /** The prefix with which most of a checkpoint's names are the network's; of equals a moving average's, then the shortest. */
    public static NamePrefix of(Collection<String> names, List<Parameter> parameters) {
        Set<String> known = new HashSet<>();
        int components = 0;
        for (Parameter p : parameters) {
            known.add(p.name());
            components = Math.max(components, p.name().split("\\.", -1).length);
        }
        Map<String, Integer> matching = new HashMap<>();
        for (String name : names) {
            int dot = name.length();
            for (int i = 0; i < components && dot >= 0; i++) {
                dot = name.lastIndexOf('.', dot - 1);
                if (known.contains(name.substring(dot + 1))) {
                    matching.merge(name.substring(0, dot + 1), 1, Integer::sum);
                }
            }
        }
        return matching.entrySet().stream()
                // A few names that agree by chance are no reason to set all others aside.
                .filter(e -> 2 * e.getValue() >= known.size()
                        || names.stream().allMatch(name -> name.startsWith(e.getKey())))
                .max(Map.Entry.<String, Integer>comparingByValue()
                        .thenComparing(e -> e.getKey().toLowerCase(Locale.ROOT).contains("ema"))
                        .thenComparing(e -> e.getKey().length(), Comparator.reverseOrder()))
                .map(e -> new NamePrefix(e.getKey()))
                .orElse(new NamePrefix(""));
    }

    /** The entries whose names have the prefix, under their names without it. */
    public <T> Map<String, T> strip(Map<String, T> named) {
        Map<String, T> stripped = new LinkedHashMap<>();
        named.forEach((name, value) -> {
            if (name.startsWith(text)) {
                stripped.put(name.substring(text.length()), value);
            }
        });
        return stripped;
    }
}
