package io.adm4j.function.start;

import io.adm4j.feedback.Suggestions;
import io.adm4j.function.service.FunctionConfig;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.EnvConfigSource;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** A setting {@code adm4j.*} that does not exist stops the start: a mistyped limit must not go unnoticed. */
@Singleton
public class KnownSettings {
    private static final String PREFIX = "adm4j.";
    /** Variables of the command line, which may be exported where the function starts. */
    private static final Set<String> OF_COMMAND_LINE = Set.of("ADM4J_HOME", "ADM4J_NATIVE");

    private static final List<String> NAMES =
            ConfigMappings.getProperties(ConfigMappings.ConfigClass.configClass(FunctionConfig.class)).keySet().stream()
                    .sorted()
                    .toList();

    void check(@Observes @Priority(1) StartupEvent event) {
        // In tests Maven passes properties of its own that start like ours.
        if (LaunchMode.current() != LaunchMode.TEST) {
            check(ConfigProvider.getConfig());
        }
    }

    /** All settings, sorted. */
    static List<String> names() {
        return NAMES;
    }

    /** @throws ConfigurationException with the nearest names if there is one that does not exist */
    static void check(Config config) {
        for (ConfigSource source : config.getConfigSources()) {
            if (source instanceof EnvConfigSource) {
                // Its names are what SmallRye guesses from the variables.
                continue;
            }
            source.getPropertyNames().stream()
                    .map(name -> name.replaceFirst("^%[^.]+\\.", ""))
                    .filter(name -> name.startsWith(PREFIX) && !NAMES.contains(name))
                    .sorted()
                    .findFirst()
                    .ifPresent(name -> {
                        throw unknown(name, NAMES);
                    });
        }
        checkVariables(StreamSupport.stream(config.getConfigSources().spliterator(), false)
                .filter(EnvConfigSource.class::isInstance)
                .flatMap(source -> source.getPropertyNames().stream())
                .toList());
    }

    private static void checkVariables(List<String> set) {
        List<String> variables = NAMES.stream().map(KnownSettings::variable).toList();
        set.stream()
                .filter(name -> name.startsWith(variable(PREFIX)))
                .filter(name -> !variables.contains(name) && !OF_COMMAND_LINE.contains(name))
                .sorted()
                .findFirst()
                .ifPresent(name -> {
                    throw unknown(name, variables);
                });
    }

    private static String variable(String setting) {
        return setting.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    private static ConfigurationException unknown(String name, List<String> names) {
        // Without the prefix, in which no name differs.
        List<String> near = Suggestions.of(
                name.substring(PREFIX.length()),
                names.stream().map(known -> known.substring(PREFIX.length())).toList());
        String remedy = near.isEmpty()
                ? "remove it; there are " + String.join(", ", names)
                : "did you mean " + name.substring(0, PREFIX.length()) + near.get(0) + "?";
        return new ConfigurationException("There is no setting " + name + ": " + remedy + (near.isEmpty() ? "." : ""));
    }
}
