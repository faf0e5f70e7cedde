package io.adm4j.function.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The workflows parse, and name files, modules and profiles that exist. */
class WorkflowsTest {
    private static final Pattern PATHS =
            Pattern.compile("(?<![\\w./-])(?:\\.github|infra|harness|function|docs)/[\\w./-]*+(?!\\$)");
    private static final Pattern MAVEN = Pattern.compile("mvn [^\\n]*");

    static Stream<Named<Path>> workflows() {
        return InfraFiles.named(InfraFiles.ROOT.resolve(".github/workflows"), ".*\\.yml").stream()
                .map(file -> Named.of(file.getFileName().toString(), file));
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void isAWorkflow(Path file) {
        List<JsonNode> documents = InfraFiles.documents(file);
        assertEquals(1, documents.size());
        JsonNode workflow = documents.get(0);

        assertTrue(workflow.path("name").isTextual());
        // YAML 1.1 reads the key "on" as true.
        assertTrue(workflow.has("on") || workflow.has("true"));
        assertTrue(workflow.path("permissions").has("contents"), "permissions are not limited");
        assertTrue(!workflow.path("jobs").isEmpty());
        for (JsonNode job : workflow.path("jobs")) {
            assertTrue(job.path("runs-on").isTextual());
            assertTrue(job.path("timeout-minutes").isInt(), "no limit of time");
            for (JsonNode step : job.path("steps")) {
                assertTrue(step.has("uses") != step.has("run"), step.toString());
                if (step.has("uses")) {
                    assertTrue(step.path("uses").asText().matches("(actions|docker)/[a-z/-]+@v\\d+"), step.toString());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void filesExist(Path file) {
        Matcher paths = PATHS.matcher(commands(file));
        while (paths.find()) {
            String path = paths.group();
            if (path.contains("/target/") || path.startsWith(".github/evaluation/")) {
                continue;
            }
            assertTrue(Files.exists(InfraFiles.ROOT.resolve(path)), path);
        }
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void profilesExist(Path file) {
        String poms = InfraFiles.text(InfraFiles.ROOT.resolve("pom.xml"))
                + InfraFiles.text(InfraFiles.ROOT.resolve("function/pom.xml"));
        Matcher maven = MAVEN.matcher(commands(file));
        while (maven.find()) {
            Matcher profiles = Pattern.compile(" -P([a-z,]+)").matcher(maven.group());
            while (profiles.find()) {
                for (String profile : profiles.group(1).split(",")) {
                    assertTrue(poms.contains("<id>" + profile + "</id>"), profile);
                }
            }
        }
    }

    @Test
    void everyImageIsBuiltAndTried() {
        String commands = commands(InfraFiles.ROOT.resolve(".github/workflows/images.yml"));
        Set<String> built = new TreeSet<>();
        Set<String> tried = new TreeSet<>();
        Matcher build =
                Pattern.compile("docker build --file infra/(\\S+) --tag (\\S+)").matcher(commands);
        while (build.find()) {
            built.add(build.group(1));
            if (commands.contains("infra/try-image.sh " + build.group(2))
                    || commands.contains("docker run --rm --read-only --tmpfs /tmp " + build.group(2) + " sample ")) {
                tried.add(build.group(1));
            }
        }

        Set<String> images = new TreeSet<>();
        ImagesTest.images().forEach(image -> images.add(image.getName()));
        assertEquals(images, built);
        images.remove("Dockerfile.lambda");
        assertEquals(images, tried);
    }

    private static String commands(Path file) {
        StringBuilder all = new StringBuilder();
        for (JsonNode job : InfraFiles.documents(file).get(0).path("jobs")) {
            for (JsonNode step : job.path("steps")) {
                all.append(step.path("run").asText()).append('\n');
            }
        }
        return all.toString();
    }
}
