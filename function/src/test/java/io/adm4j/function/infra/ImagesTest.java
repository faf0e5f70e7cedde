package io.adm4j.function.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Dockerfiles in infra build from what the build leaves, and confine what they start: the function, or the command line. */
class ImagesTest {
    private static final Pattern PINNED =
            Pattern.compile("[a-z0-9.-]+\\.[a-z]+/[a-z0-9._/-]+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}");
    /** A build for an image: the options of Maven's command and what it leaves that goes into the image. */
    private record Build(String options, Set<String> outputs) {}

    private static final Map<String, Build> BUILDS = Map.of(
            "Dockerfile.jvm", new Build("-Pimage -pl ", Set.of("function/target/quarkus-app")),
            "Dockerfile.cuda",
                    new Build(
                            "-Pcuda,image -pl ", Set.of("function/target/quarkus-app", "function/target/cuda-natives")),
            "Dockerfile.native",
                    new Build(
                            "-Pnative -pl ", Set.of("function/target/quarkus-app/bundle", "function/target/*-runner")),
            "Dockerfile.lambda",
                    new Build(
                            "-Plambda -pl ",
                            Set.of("function/lambda/target/lib", "function/lambda/target/*-runner.jar")),
            "Dockerfile.harness", new Build("-DskipTests package", Set.of("harness/target/adm4j-*.tar.gz")),
            "Dockerfile.harness-cuda",
                    new Build(
                            "-Pcuda -DskipTests package",
                            Set.of("harness/target/adm4j-*.tar.gz", "function/target/cuda-natives")));

    /** A Dockerfile as its instructions, continued lines joined, with the comment on top. */
    record Image(Path file, String comment, List<List<String>> instructions) {
        List<String> of(String instruction) {
            return instructions.stream()
                    .filter(words -> words.get(0).equals(instruction))
                    .map(words -> words.get(1))
                    .toList();
        }
    }

    /** The images whose function listens on ports of its own; Lambda chooses user and ports itself. */
    static Stream<Named<Image>> servers() {
        return images().filter(image -> !image.getName().matches("Dockerfile\\.(lambda|harness.*)"));
    }

    static Stream<Named<Image>> confined() {
        return images().filter(image -> !image.getName().equals("Dockerfile.lambda"));
    }

    static Stream<Named<Image>> images() {
        return InfraFiles.named(InfraFiles.INFRA, "Dockerfile\\..*").stream()
                .map(file -> Named.of(file.getFileName().toString(), image(file)));
    }

    private static Image image(Path file) {
        String text = InfraFiles.text(file);
        List<List<String>> instructions = new ArrayList<>();
        text.replace("\\\n", " ")
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .forEach(line -> instructions.add(List.of(line.split("\\s+", 2))));
        return new Image(file, text.substring(0, text.indexOf("\nARG")), instructions);
    }

    @ParameterizedTest
    @MethodSource("images")
    void baseImagesArePinned(Image image) {
        Map<String, String> arguments = new HashMap<>();
        for (String argument : image.of("ARG")) {
            String[] parts = argument.split("=", 2);
            arguments.put("${" + parts[0] + "}", parts[1]);
            assertTrue(PINNED.matcher(parts[1]).matches(), argument);
            assertFalse(parts[1].contains(":latest@"), argument);
        }
        Set<String> bases = new HashSet<>();
        for (String from : image.of("FROM")) {
            bases.add(from.split(" ")[0]);
        }

        assertEquals(arguments.keySet(), bases);
    }

    @ParameterizedTest
    @MethodSource("confined")
    void runsAsNobodyInParticular(Image image) {
        List<String> users = image.of("USER");

        assertEquals("185", users.get(users.size() - 1));
        int user = image.instructions().indexOf(List.of("USER", "185"));
        for (List<String> later :
                image.instructions().subList(user, image.instructions().size())) {
            assertFalse(Set.of("COPY", "RUN", "FROM").contains(later.get(0)), "after USER: " + later);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void listensWhereTheManifestsAsk(Image image) {
        assertEquals(List.of("8080 9000"), image.of("EXPOSE"));
    }

    @ParameterizedTest
    @MethodSource("images")
    void copiesWhatIsBuiltAndNotIgnored(Image image) {
        String ignored = InfraFiles.text(InfraFiles.ROOT.resolve(".dockerignore"));
        Build build = BUILDS.get(image.file().getFileName().toString());
        assertTrue(image.comment().contains("mvn -q " + build.options()), "the command does not build it");
        List<String> copies = new ArrayList<>(image.of("COPY"));
        copies.addAll(image.of("ADD"));
        for (String copy : copies) {
            if (copy.startsWith("--from=")) {
                continue;
            }
            List<String> words = Stream.of(copy.split("\\s+"))
                    .filter(word -> !word.startsWith("--"))
                    .toList();
            for (String source : words.subList(0, words.size() - 1)) {
                String path = source.replaceAll("/$", "");
                assertTrue(
                        ignored.lines()
                                .filter(line -> line.startsWith("!"))
                                .map(line -> line.substring(1))
                                .anyMatch(kept -> path.equals(kept)
                                        || path.startsWith(kept + "/")
                                        || path.matches(kept.replace(".", "\\.").replace("*", "[^/]*"))),
                        path + " is left out by .dockerignore");
                if (path.contains("/target/")) {
                    assertTrue(
                            build.outputs().stream()
                                    .anyMatch(output -> path.equals(output) || path.startsWith(output + "/")),
                            path + " is not built");
                } else {
                    assertTrue(Files.exists(InfraFiles.ROOT.resolve(path)), path);
                }
            }
        }
    }

    @Test
    void profilesOfTheCommandsAreThere() {
        String poms = InfraFiles.text(InfraFiles.ROOT.resolve("function/pom.xml"))
                + InfraFiles.text(InfraFiles.ROOT.resolve("pom.xml"));
        for (Build build : BUILDS.values()) {
            Matcher profiles = Pattern.compile("-P([a-z,]+)").matcher(build.options());
            while (profiles.find()) {
                for (String profile : profiles.group(1).split(",")) {
                    assertTrue(poms.contains("<id>" + profile + "</id>"), profile);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void startsWhatItCopied(Image image) throws Exception {
        List<String> words = start(image);
        boolean java = words.contains("-jar");

        assertEquals(List.of("/deployments"), image.of("WORKDIR"));
        String started = java ? words.get(words.size() - 1) : words.get(0);
        assertTrue(
                image.of("COPY").stream()
                        .anyMatch(copy -> ("/deployments/" + copy.replaceAll(".* ", "")).equals(started)),
                started);
    }

    /** The archive's folder, under the name that the link and the entry point take. */
    @ParameterizedTest
    @MethodSource("commandLines")
    void theCommandLineIsThatOfTheArchive(Image image) throws Exception {
        String archive = InfraFiles.text(InfraFiles.ROOT.resolve("harness/distribution.xml"));
        assertTrue(archive.contains("<source>bin/harness</source>"));
        assertTrue(image.of("ADD").contains("harness/target/adm4j-*.tar.gz /unpacked/"));
        assertTrue(image.of("RUN").contains("mv /unpacked/adm4j-* /opt/adm4j"));
        assertTrue(image.of("COPY").stream().anyMatch(copy -> copy.endsWith(" /opt/adm4j /opt/adm4j")));
        assertEquals(List.of("/opt/adm4j/bin/harness"), start(image));
        assertTrue(image.of("RUN").contains("ln -s /opt/adm4j/bin/harness /usr/local/bin/harness"));
    }

    static Stream<Named<Image>> commandLines() {
        return images().filter(image -> image.getName().startsWith("Dockerfile.harness"));
    }

    static Stream<Named<Image>> javaImages() {
        return servers().filter(image -> !image.getPayload().of("RUN").isEmpty());
    }

    @ParameterizedTest
    @MethodSource("javaImages")
    void startsWithTheCacheThatWasWritten(Image image) throws Exception {
        List<String> words = start(image);
        Matcher run = Pattern.compile("aot-cache\\.sh (\\S+) (\\S+) ?(.*)").matcher(String.join("\n", image.of("RUN")));

        assertTrue(run.find());
        assertEquals(run.group(1), words.get(0));
        assertTrue(words.contains("-XX:AOTCache=" + run.group(2)));
        for (String option : run.group(3).split(" ")) {
            assertTrue(option.isEmpty() || words.contains(option), option);
        }
    }

    private static List<String> start(Image image) throws Exception {
        return List.of(new ObjectMapper().readValue(image.of("ENTRYPOINT").get(0), String[].class));
    }

    @ParameterizedTest
    @MethodSource("images")
    void variablesAreSettings(Image image) {
        Map<String, String> settings = Settings.byVariable();
        // Those of bin/harness.
        Set<String> system = Set.of("LD_LIBRARY_PATH", "JAVA_HOME", "ADM4J_HOME", "ADM4J_NATIVE");
        for (String variables : image.of("ENV")) {
            for (String variable : variables.trim().split("\\s+")) {
                String name = variable.split("=")[0];
                assertTrue(system.contains(name) || settings.containsKey(name), name);
            }
        }
    }

    @Test
    void allImagesAreThere() {
        assertEquals(BUILDS.keySet(), images().map(Named::getName).collect(Collectors.toSet()));
    }
}
