package io.adm4j.function.infra;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of settings in infra/README.md is the function's settings. */
class SettingsTest {
    @Test
    void tableHasTheSettingsOfTheFunction() {
        Set<String> named = Settings.table().stream()
                .map(Settings.Row::setting)
                .filter(setting -> setting.startsWith("adm4j."))
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(Settings.ofFunction().keySet(), named);
    }

    @Test
    void tableHasTheDefaults() {
        Map<String, Optional<String>> settings = Settings.ofFunction();

        assertAll(Settings.table().stream()
                .filter(row ->
                        settings.getOrDefault(row.setting(), Optional.empty()).isPresent())
                .map(row -> () -> assertEquals(settings.get(row.setting()).orElseThrow(), row.value(), row.setting())));
    }

    @Test
    void tableNamesVariablesAndKnownPropertiesOfQuarkus() {
        Set<String> quarkus = Settings.ofQuarkus();

        assertAll(Settings.table().stream().map(row -> () -> {
            assertEquals(Settings.variable(row.setting()), row.variable());
            assertTrue(
                    row.setting().startsWith("adm4j.") || quarkus.contains(row.setting()),
                    row.setting() + " is no property of Quarkus");
        }));
    }
}
