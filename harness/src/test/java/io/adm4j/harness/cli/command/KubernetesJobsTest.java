package io.adm4j.harness.cli.command;

import static io.adm4j.harness.cli.command.CommandLineRun.succeeding;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.bundle.TinyBundle;
import io.adm4j.harness.cli.Harness;
import io.adm4j.harness.cli.console.ExitCode;
import io.adm4j.harness.evaluation.features.TinyInception;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The Jobs in infra/kubernetes: their commands exist, and their pods together compute what one process computes. */
@DisabledOnOs(OS.WINDOWS)
class KubernetesJobsTest {
    private static final Path MANIFESTS = Path.of(System.getProperty("adm4j.root"), "infra", "kubernetes");
    private static final int SIZE = 6;
    private static final int IMAGES = 23;

    @TempDir
    Path folder;

    private Path volume;
    private List<JsonNode> documents;

    @BeforeEach
    void read() throws IOException {
        volume = Files.createDirectories(folder.resolve("volume"));
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        documents = new ArrayList<>();
        for (String name : new String[] {"sampling.yaml", "scoring.yaml"}) {
            for (Object document : yaml.loadAll(Files.readString(MANIFESTS.resolve(name)))) {
                documents.add(new ObjectMapper().valueToTree(document));
            }
        }
    }

    private JsonNode named(String kind, String name) {
        return documents.stream()
                .filter(d -> d.path("kind").asText().equals(kind)
                        && d.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode container(String name) {
        return documents.stream()
                .filter(d -> d.path("kind").asText().equals("Job"))
                .map(d -> d.at("/spec/template/spec"))
                .flatMap(pod ->
                        Stream.concat(list(pod.path("initContainers")).stream(), list(pod.path("containers")).stream()))
                .filter(container -> container.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<JsonNode> list(JsonNode nodes) {
        List<JsonNode> all = new ArrayList<>();
        nodes.forEach(all::add);
        return all;
    }

    /** The arguments that a container gives to the command line; empty if it does not call it. */
    private List<String> called(String name, Map<String, String> variables) throws Exception {
        JsonNode container = container(name);
        assertEquals("[\"/bin/bash\",\"-c\"]", container.path("command").toString());
        String script = container.path("args").path(0).asText().replace("/out/", volume + "/");
        Path said = folder.resolve("called");
        Files.deleteIfExists(said);
        Path stub = Files.createDirectories(folder.resolve("bin")).resolve("harness");
        Files.writeString(stub, "#!/bin/bash\nprintf '%s\\n' \"$@\" > '" + said + "'\n");
        assertTrue(stub.toFile().setExecutable(true));
        ProcessBuilder bash = new ProcessBuilder("/bin/bash", "-c", script).inheritIO();
        bash.environment().put("PATH", stub.getParent() + ":" + System.getenv("PATH"));
        for (JsonNode variable : container.path("env")) {
            JsonNode key = variable.at("/valueFrom/configMapKeyRef");
            String value = key.isMissingNode()
                    ? variable.path("value").asText()
                    : named("ConfigMap", key.path("name").asText())
                            .path("data")
                            .path(key.path("key").asText())
                            .asText();
            bash.environment().put(variable.path("name").asText(), value);
        }
        variables.forEach((variable, value) -> {
            if (!variable.equals("JOB_COMPLETION_INDEX")) {
                assertTrue(bash.environment().containsKey(variable), variable + " is none of " + name);
            }
            bash.environment().put(variable, value);
        });
        assertEquals(0, bash.start().waitFor());
        return Files.exists(said) ? Files.readAllLines(said) : List.of();
    }

    private static List<String> without(List<String> arguments, String option) {
        List<String> rest = new ArrayList<>(arguments);
        int at = rest.indexOf(option);
        rest.subList(at, at + 2).clear();
        return rest;
    }

    @Test
    void commandsAreThoseOfTheHarness() throws Exception {
        JsonNode job = named("Job", "adm4j-sampling").path("spec");
        int parts = job.path("completions").asInt();
        assertEquals(parts, job.path("parallelism").asInt());
        List<String> first = called("sample", Map.of("JOB_COMPLETION_INDEX", "0"));
        List<String> last = called("sample", Map.of("JOB_COMPLETION_INDEX", String.valueOf(parts - 1)));
        assertEquals("1/" + parts, first.get(first.indexOf("--part") + 1));
        assertEquals(parts + "/" + parts, last.get(last.indexOf("--part") + 1));
        List<String> join = called("join", Map.of());
        assertEquals(without(first, "--part"), join);

        List<String> plain = called("score", Map.of());
        Path baseline = Files.createDirectories(volume.resolve("baseline"));
        Files.writeString(baseline.resolve("report.json"), "{}");
        List<String> compared = called("score", Map.of());
        assertTrue(compared.containsAll(List.of("--baseline", "--max-fid-increase")), compared.toString());
        assertFalse(plain.contains("--baseline"), plain.toString());
        for (List<String> call : List.of(first, last, join, plain, compared)) {
            // Throws if an option or a value is none.
            Harness.commandLine().parseArgs(call.toArray(String[]::new));
        }
    }

    @Test
    void exitCodesAreThoseOfTheHarness() {
        assertEquals(
                "[" + ExitCode.BAD_INPUT + "]",
                named("Job", "adm4j-sampling")
                        .at("/spec/podFailurePolicy/rules/0/onExitCodes/values")
                        .toString());
        assertEquals(
                "[" + ExitCode.BAD_INPUT + "," + ExitCode.REGRESSION + "]",
                named("Job", "adm4j-scoring")
                        .at("/spec/podFailurePolicy/rules/0/onExitCodes/values")
                        .toString());
    }

    @Test
    void podsTogetherComputeWhatOneProcessComputes() throws Exception {
        String options = tinySampling();
        Path whole = folder.resolve("whole.npz");
        succeeding((Object[]) ("sample " + options + " --out " + whole).split(" "));

        for (int index : new int[] {2, 0, 1}) {
            Map<String, String> pod = new HashMap<>(Map.of("SAMPLE", options, "PARTS", "3"));
            pod.put("JOB_COMPLETION_INDEX", String.valueOf(index));
            succeeding(called("sample", pod).toArray());
        }
        succeeding(called("join", Map.of("SAMPLE", options)).toArray());
        assertArrayEquals(Files.readAllBytes(whole), Files.readAllBytes(volume.resolve("samples.npz")));
        assertEquals(List.of(), called("join", Map.of("SAMPLE", options)), "what is joined stays");

        String scoring = tinyScoring();
        Path expected = folder.resolve("expected");
        succeeding((Object[]) ("eval --samples-npz " + whole + " " + scoring + " --out " + expected).split(" "));
        succeeding(called("score", Map.of("EVAL", scoring)).toArray());
        Path report = volume.resolve("report");
        assertEquals(scores(expected), scores(report));

        Path baseline = Files.createDirectories(volume.resolve("baseline")).resolve("report.json");
        Files.copy(report.resolve("report.json"), baseline);
        assertEquals(0, gate(scoring));
        String text = Files.readString(baseline);
        String better = text.replaceFirst("(\"fid\"\\s*:\\s*)[0-9.E-]+", "$10.0");
        assertFalse(better.equals(text));
        Files.writeString(baseline, better);
        assertEquals(ExitCode.REGRESSION, gate(scoring));
    }

    private int gate(String scoring) throws Exception {
        return CommandLineRun.of(called("score", Map.of("EVAL", scoring)).toArray())
                .exitCode();
    }

    private static JsonNode scores(Path report) throws IOException {
        JsonNode json =
                new ObjectMapper().readTree(report.resolve("report.json").toFile());
        JsonNode scores = json.at("/results/0/scores");
        assertTrue(scores.has("fid"), json.toString());
        return scores;
    }

    private String tinySampling() throws IOException {
        Path bundle = folder.resolve("tiny");
        TinyBundle.write(bundle, SIZE, true, List.of("shirt", "bag", "boot"));
        return "--bundle " + bundle + " --samples " + IMAGES + " --steps 3 --batch-size 4";
    }

    private String tinyScoring() throws IOException {
        Path graph = Files.write(
                folder.resolve("tiny.pb"), new TinyInception().graph().bytes());
        Path network = folder.resolve("tiny.onnx");
        succeeding("import-features", graph, "--out", network);
        byte[] values = new byte[30 * SIZE * SIZE * 3];
        new SplittableRandom(1).nextBytes(values);
        Path real = folder.resolve("real.npz");
        Npz.write(real, Map.of("arr_0", Tensor.of(values, 30, SIZE, SIZE, 3)));
        return "--reference " + real + " --features " + network + " --metrics fid,recall --bootstrap 10";
    }
}
