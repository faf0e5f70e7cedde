package io.adm4j.function.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings that do not exist stop the start. */
class KnownSettingsTest {
    private static Config of(Map<String, String> properties, Map<String, String> variables) {
        return new SmallRyeConfigBuilder()
                .withSources(
                        new PropertiesConfigSource(properties, "properties", 100), new EnvConfigSource(variables, 300))
                .build();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "adm4j.qeue | There is no setting adm4j.qeue: did you mean adm4j.queue?",
                "adm4j.limit.counts | There is no setting adm4j.limit.counts: did you mean adm4j.limit.count?",
                "adm4j.batchSize | There is no setting adm4j.batchSize: did you mean adm4j.batch-size?",
                "%prod.adm4j.qeue | There is no setting adm4j.qeue: did you mean adm4j.queue?",
            })
    void anUnknownPropertyIsNamedWithTheNearest(String name, String expected) {
        Config config = of(Map.of(name, "1"), Map.of());
        assertEquals(
                expected,
                assertThrows(ConfigurationException.class, () -> KnownSettings.check(config))
                        .getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ADM4J_QEUE | There is no setting ADM4J_QEUE: did you mean ADM4J_QUEUE?",
                "ADM4J_LIMIT_STEP | There is no setting ADM4J_LIMIT_STEP: did you mean ADM4J_LIMIT_STEPS?",
            })
    void anUnknownVariableIsNamedWithTheNearest(String name, String expected) {
        Config config = of(Map.of(), Map.of(name, "1"));
        assertEquals(
                expected,
                assertThrows(ConfigurationException.class, () -> KnownSettings.check(config))
                        .getMessage());
    }

    @Test
    void withoutANearOneAllAreNamed() {
        Config config = of(Map.of("adm4j.xyzzyxyzzy", "1"), Map.of());
        String message = assertThrows(ConfigurationException.class, () -> KnownSettings.check(config))
                .getMessage();
        assertTrue(message.startsWith("There is no setting adm4j.xyzzyxyzzy: remove it; there are adm4j."), message);
        assertTrue(message.contains("adm4j.batch-size"), message);
    }

    @Test
    void whatExistsIsTaken() {
        KnownSettings.check(of(
                Map.of("adm4j.queue", "1", "%dev.adm4j.bundle", "x", "quarkus.http.port", "1", "adm4jx", "1"),
                Map.of(
                        "ADM4J_STANDARD_UPSAMPLER_STEPS", "1",
                        "ADM4J_HOME", "/x",
                        "ADM4J_NATIVE", "/x",
                        "ADM4JX", "1",
                        "PATH", "/bin")));
    }
}
