package io.adm4j.function.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.function.service.FunctionConfig;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why the function does not start: one sentence with the setting. */
class StartProblemTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "adm4j.queue | abc | adm4j.queue must be a whole number, not 'abc': set ADM4J_QUEUE or -Dadm4j.queue to one.",
                "adm4j.limit.count | 1.5 | adm4j.limit.count must be a whole number, not '1.5': set ADM4J_LIMIT_COUNT or -Dadm4j.limit.count to one.",
                "adm4j.deadline.most | soon | adm4j.deadline.most must be a time such as 30S or 10M, not 'soon': set ADM4J_DEADLINE_MOST or -Dadm4j.deadline.most to one.",
                "adm4j.standard.classifier-scale | x | adm4j.standard.classifier-scale must be a number, not 'x': set ADM4J_STANDARD_CLASSIFIER_SCALE or -Dadm4j.standard.classifier-scale to one.",
            })
    void aValueOfTheWrongKindIsNamed(String name, String value, String expected) {
        SmallRyeConfigBuilder config = new SmallRyeConfigBuilder()
                .withMapping(FunctionConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withDefaultValues(Map.of(name, value));
        ConfigValidationException failure = assertThrows(ConfigValidationException.class, config::build);
        assertEquals(Optional.of(expected), StartProblem.of(new IllegalStateException(failure)));
    }

    @Test
    void theServiceSaysItselfWhatIsWrong() {
        assertEquals(
                Optional.of("There is no bundle."),
                StartProblem.of(new IllegalStateException(new ConfigurationException("There is no bundle."))));
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        assertEquals(
                Optional.of("The function cannot listen on port 8080, which another program uses or this user may not"
                        + " open: set QUARKUS_HTTP_PORT or -Dquarkus.http.port to a free one."),
                StartProblem.of(
                        new ExecutionException(new QuarkusBindException("0.0.0.0", 8080, new BindException()))));
        assertEquals(
                Optional.of("The function cannot listen on port 9000, which another program uses or this user may not"
                        + " open: set QUARKUS_MANAGEMENT_PORT or -Dquarkus.management.port to a free one."),
                StartProblem.of(new IllegalStateException(
                        "Unable to start the management interface on 0.0.0.0:9000",
                        new BindException("Address already in use"))));
    }

    @Test
    void errorsOfTheFunctionKeepTheirTrace() {
        assertEquals(Optional.empty(), StartProblem.of(new IllegalStateException("a defect")));
    }

    @Test
    void aTemporaryFolderMustBeWritable(@TempDir Path folder) throws IOException {
        assertEquals(Optional.empty(), TemporaryFolder.problem(folder));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
        String problem = TemporaryFolder.problem(folder.resolve("none")).orElseThrow();
        assertTrue(problem.contains(folder.resolve("none") + ", cannot be written"), problem);
    }
}
