package io.adm4j.function.infra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.function.service.FunctionConfig;
import io.smallrye.config.ConfigMappingInterface.Property;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The settings that exist: those of the function and those of Quarkus. */
final class Settings {
    private static final Pattern ROW = Pattern.compile("^\\| `([a-z0-9.-]+)` \\| `([A-Z0-9_]+)` \\| (.*?) \\| .*\\|$");

    private Settings() {}

    /** A row of the table in infra/README.md. */
    record Row(String setting, String variable, String value) {}

    static List<Row> table() {
        return InfraFiles.text(InfraFiles.INFRA.resolve("README.md"))
                .lines()
                .map(ROW::matcher)
                .filter(row -> row.matches())
                .map(row -> new Row(row.group(1), row.group(2), row.group(3).replace("`", "")))
                .toList();
    }

    /** The function's settings, each with its default, if it has one. */
    static Map<String, Optional<String>> ofFunction() {
        Map<String, Optional<String>> settings = new TreeMap<>();
        for (Map.Entry<String, Property> entry : ConfigMappings.getProperties(
                        ConfigClass.configClass(FunctionConfig.class, "adm4j"))
                .entrySet()) {
            WithDefault standard = entry.getValue().getMethod().getAnnotation(WithDefault.class);
            settings.put(entry.getKey(), Optional.ofNullable(standard).map(WithDefault::value));
        }
        return settings;
    }

    /** Names of the properties of Quarkus' extensions on the class path, as their own documentation lists them. */
    static TreeSet<String> ofQuarkus() {
        TreeSet<String> names = new TreeSet<>();
        try {
            ObjectMapper mapper = new ObjectMapper();
            for (URL model : Collections.list(Settings.class
                    .getClassLoader()
                    .getResources("META-INF/quarkus-config-doc/quarkus-config-model.json"))) {
                try (InputStream in = model.openStream()) {
                    for (JsonNode property : mapper.readTree(in).findValues("property")) {
                        names.add(property.asText());
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    /** Environment variable of a setting. */
    static String variable(String setting) {
        return setting.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    /** All settings by their environment variables. */
    static Map<String, String> byVariable() {
        TreeSet<String> all = ofQuarkus();
        all.addAll(ofFunction().keySet());
        return all.stream().collect(Collectors.toMap(Settings::variable, setting -> setting, (one, other) -> one));
    }

    /** Seconds of a duration as Quarkus reads it: {@code 20s}, {@code 2M} or ISO 8601. */
    static long seconds(String duration) {
        return Duration.parse(Character.isDigit(duration.charAt(0)) ? "PT" + duration : duration)
                .toSeconds();
    }
}
