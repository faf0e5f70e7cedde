package io.adm4j.function.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests in infra fit their APIs, and those of the function fit the function. */
class ManifestsTest {
    private static final Map<String, String> HEALTH = Map.of(
            "startupProbe", "/q/health/started",
            "readinessProbe", "/q/health/ready",
            "livenessProbe", "/q/health/live");
    private static final int REQUESTS = 8080;
    private static final int MANAGEMENT = 9000;
    /** Seconds that a replica needs to end besides waiting and sampling. */
    private static final int MARGIN = 5;

    private static final Map<String, String> SCHEMAS = Map.of(
            "apps/v1 Deployment", "Deployment",
            "v1 Service", "Service",
            "keda.sh/v1alpha1 ScaledObject", "ScaledObject",
            "serving.knative.dev/v1 Service", "KnativeService",
            "serving.kserve.io/v1alpha1 ServingRuntime", "ServingRuntime",
            "serving.kserve.io/v1beta1 InferenceService", "InferenceService",
            "batch/v1 Job", "Job",
            "v1 ConfigMap", "ConfigMap",
            "v1 PersistentVolumeClaim", "PersistentVolumeClaim");

    /** A pod of the function: where its container, its own settings and its scheduling are. */
    record Pod(String kind, JsonNode spec, JsonNode container) {
        Optional<String> variable(String name) {
            for (JsonNode variable : container.path("env")) {
                if (variable.path("name").asText().equals(name)) {
                    return Optional.of(variable.path("value").asText());
                }
            }
            return Optional.empty();
        }

        JsonNode security(String field) {
            JsonNode own = container.path("securityContext").path(field);
            return own.isMissingNode() ? spec.path("securityContext").path(field) : own;
        }

        boolean knative() {
            return !kind.equals("Deployment");
        }
    }

    static Stream<Named<JsonNode>> manifests() {
        return Stream.of("knative", "kubernetes", "kserve")
                .map(InfraFiles.INFRA::resolve)
                .flatMap(folder -> InfraFiles.named(folder, ".*\\.yaml").stream())
                .flatMap(file -> InfraFiles.documents(file).stream()
                        .map(document -> Named.of(
                                InfraFiles.INFRA.relativize(file) + " "
                                        + document.path("kind").asText(),
                                document)));
    }

    /** The pods of the function. */
    static Stream<Named<Pod>> pods() {
        return manifests()
                .filter(manifest -> !manifest.getPayload().path("kind").asText().equals("Job"))
                .flatMap(manifest -> {
                    JsonNode spec = manifest.getPayload().path("spec");
                    JsonNode pod = spec.has("containers")
                            ? spec
                            : spec.path("template").path("spec");
                    String kind = manifest.getPayload().path("kind").asText();
                    return pod.has("containers")
                            ? Stream.of(Named.of(
                                    manifest.getName(),
                                    new Pod(kind, pod, pod.path("containers").path(0))))
                            : Stream.empty();
                });
    }

    /** The pods of the command line's Jobs, with each of their containers. */
    static Stream<Named<Pod>> jobs() {
        return manifests()
                .filter(manifest -> manifest.getPayload().path("kind").asText().equals("Job"))
                .flatMap(manifest -> {
                    JsonNode pod = manifest.getPayload().at("/spec/template/spec");
                    List<Named<Pod>> containers = new ArrayList<>();
                    for (String list : List.of("initContainers", "containers")) {
                        pod.path(list)
                                .forEach(container -> containers.add(Named.of(
                                        manifest.getName() + " "
                                                + container.path("name").asText(),
                                        new Pod("Job", pod, container))));
                    }
                    return containers.stream();
                });
    }

    static Stream<Named<Pod>> allPods() {
        return Stream.concat(pods(), jobs());
    }

    @Test
    void allKindsAreThere() {
        Set<String> kinds = new HashSet<>();
        manifests().forEach(manifest -> kinds.add(kind(manifest.getPayload())));

        assertEquals(SCHEMAS.keySet(), kinds);
        assertEquals(4, pods().count());
        assertEquals(3, jobs().count());
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void fitsItsSchema(JsonNode manifest) {
        assertEquals(Set.of(), schema(kind(manifest)).validate(manifest));
    }

    @Test
    void schemaRefusesWhatTheApiDoesNotHave() {
        for (JsonNode manifest : manifests().map(Named::getPayload).toList()) {
            ((ObjectNode) (manifest.has("spec") ? manifest.path("spec") : manifest)).put("replcas", 1);
            assertEquals(1, schema(kind(manifest)).validate(manifest).size());
        }
    }

    @ParameterizedTest
    @MethodSource("pods")
    void imageIsNobodyElses(Pod pod) {
        String image = pod.container().path("image").asText();

        assertTrue(image.matches("registry\\.example\\.com/adm4j/function:\\d+\\.\\d+\\.\\d+(-cuda)?"), image);
        assertEquals(
                image.endsWith("-cuda"),
                pod.variable("ADM4J_DEVICE").orElse("cpu").equals("cuda"));
        assertEquals(
                image.endsWith("-cuda"),
                pod.container().path("resources").path("limits").has("nvidia.com/gpu"));
    }

    @ParameterizedTest
    @MethodSource("pods")
    void variablesAreSettings(Pod pod) {
        Map<String, String> settings = Settings.byVariable();
        for (JsonNode variable : pod.container().path("env")) {
            assertNotNull(settings.get(variable.path("name").asText()), variable.toString());
        }
    }

    @ParameterizedTest
    @MethodSource("pods")
    void healthIsOnTheManagementPort(Pod pod) {
        assertEquals("true", pod.variable("QUARKUS_MANAGEMENT_HOST_ENABLED").orElse("false"));
        assertEquals(Optional.empty(), pod.variable("QUARKUS_MANAGEMENT_PORT"));
        for (String probe : HEALTH.keySet()) {
            JsonNode target = pod.container().path(probe);
            assertTrue(target.isObject(), probe);
            // Knative sends liveness probes to the port of the requests whatever the manifest says.
            boolean moved = probe.equals("livenessProbe") && pod.knative();
            String path = target.path("httpGet").path("path").asText();
            assertEquals(
                    moved ? REQUESTS : MANAGEMENT,
                    target.path("httpGet").path("port").asInt(),
                    probe);
            assertEquals(moved ? "/v2/health/live" : HEALTH.get(probe), path);
        }
        assertEquals(
                REQUESTS,
                pod.container().path("ports").path(0).path("containerPort").asInt());
    }

    @Test
    void portsAreThoseOfTheFunction() throws Exception {
        Properties properties = new Properties();
        try (var in = ManifestsTest.class.getResourceAsStream("/application.properties")) {
            properties.load(in);
        }

        assertEquals("true", properties.getProperty("quarkus.management.enabled"));
        assertEquals(
                String.valueOf(MANAGEMENT),
                properties.getProperty("quarkus.management.port", String.valueOf(MANAGEMENT)));
        assertEquals(String.valueOf(REQUESTS), properties.getProperty("quarkus.http.port", String.valueOf(REQUESTS)));
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void imageOfAJobIsNobodyElses(Pod pod) {
        String image = pod.container().path("image").asText();

        assertTrue(image.matches("registry\\.example\\.com/adm4j/harness:\\d+\\.\\d+\\.\\d+"), image);
        assertEquals("cpu", pod.variable("DEVICE").orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void aJobsVolumesAndOptionsAreThere(Pod pod) {
        List<JsonNode> all = manifests().map(Named::getPayload).toList();
        for (JsonNode volume : pod.spec().path("volumes")) {
            String claim = volume.at("/persistentVolumeClaim/claimName").asText();
            assertTrue(
                    claim.isEmpty()
                            || all.stream()
                                    .anyMatch(m -> kind(m).equals("v1 PersistentVolumeClaim")
                                            && m.at("/metadata/name").asText().equals(claim)),
                    claim);
        }
        for (JsonNode variable : pod.container().path("env")) {
            JsonNode key = variable.at("/valueFrom/configMapKeyRef");
            assertTrue(
                    key.isMissingNode()
                            || all.stream()
                                    .anyMatch(m -> kind(m).equals("v1 ConfigMap")
                                            && m.at("/metadata/name").equals(key.path("name"))
                                            && m.path("data")
                                                    .has(key.path("key").asText())),
                    variable.toString());
        }
    }

    @ParameterizedTest
    @MethodSource("allPods")
    void isConfined(Pod pod) {
        assertTrue(pod.security("runAsNonRoot").asBoolean());
        assertEquals(185, pod.security("runAsUser").asInt());
        assertEquals(
                "RuntimeDefault", pod.security("seccompProfile").path("type").asText());
        assertTrue(pod.security("readOnlyRootFilesystem").asBoolean());
        JsonNode escalation = pod.security("allowPrivilegeEscalation");
        assertTrue(escalation.isBoolean() && !escalation.asBoolean());
        assertEquals("[\"ALL\"]", pod.security("capabilities").path("drop").toString());
        assertEquals(
                "/tmp",
                pod.container().path("volumeMounts").path(0).path("mountPath").asText());
        assertTrue(pod.spec().path("volumes").path(0).path("emptyDir").has("sizeLimit"));
        for (String limit : List.of("cpu", "memory")) {
            assertTrue(pod.container().path("resources").path("limits").has(limit), limit);
        }
    }

    @ParameterizedTest
    @MethodSource("pods")
    void endsLaterThanTheFunctionDrains(Pod pod) {
        // Kubernetes gives 30 seconds unless told otherwise, Knative as long as a request may take (300).
        long given = pod.knative()
                ? pod.spec().path("timeoutSeconds").asLong(pod.kind().equals("ServingRuntime") ? 30 : 300)
                : pod.spec().path("terminationGracePeriodSeconds").asLong(30);

        assertTrue(
                given >= seconds(pod, "adm4j.drain.delay") + seconds(pod, "adm4j.drain.grace") + MARGIN,
                "the function may take longer to drain than the " + given + " s it is given");
    }

    @Test
    void knativeWaitsLongerThanARequestMayTake() {
        List<Pod> services = pods().map(Named::getPayload)
                .filter(pod -> pod.spec().has("timeoutSeconds"))
                .toList();

        assertEquals(2, services.size());
        for (Pod pod : services) {
            long most = seconds(pod, "adm4j.deadline.most");
            assertTrue(most < pod.spec().path("timeoutSeconds").asLong(), most + " s");
            assertTrue(seconds(pod, "adm4j.deadline.standard") <= most);
        }
    }

    @ParameterizedTest
    @MethodSource("pods")
    void readinessGoesDownBeforeRequestsAreRefused(Pod pod) {
        assertTrue(seconds(pod, "adm4j.drain.delay")
                > pod.container().at("/readinessProbe/periodSeconds").asLong());
    }

    private static long seconds(Pod pod, String setting) {
        return Settings.seconds(pod.variable(Settings.variable(setting))
                .orElseGet(() -> Settings.ofFunction().get(setting).orElseThrow()));
    }

    @Test
    void knativeLetsThroughWhatTheQueueTakes() {
        int queue = Integer.parseInt(Settings.ofFunction().get("adm4j.queue").orElseThrow());
        List<Pod> services = pods().map(Named::getPayload)
                .filter(pod -> pod.spec().has("containerConcurrency"))
                .toList();

        assertEquals(2, services.size());
        for (Pod pod : services) {
            int most = pod.variable("ADM4J_QUEUE").map(Integer::parseInt).orElse(queue);
            int concurrency = pod.spec().path("containerConcurrency").asInt();
            assertTrue(concurrency > 0 && concurrency <= most, concurrency + " at once, " + most + " wait");
        }
    }

    @Test
    void selectorsAndTargetsMeet() {
        List<JsonNode> documents = InfraFiles.documents(Path.of(InfraFiles.INFRA + "/kubernetes/function.yaml"));
        JsonNode deployment = documents.get(0);
        JsonNode labels = deployment.at("/spec/template/metadata/labels");
        List<JsonNode> matched = new ArrayList<>();
        matched.add(deployment.at("/spec/selector/matchLabels"));
        matched.add(documents.get(1).at("/spec/selector"));

        assertEquals(List.of(labels, labels), matched);
        assertEquals(REQUESTS, documents.get(1).at("/spec/ports/0/targetPort").asInt());
        assertEquals(deployment.at("/metadata/name"), documents.get(2).at("/spec/scaleTargetRef/name"));
        JsonNode annotations = deployment.at("/spec/template/metadata/annotations");
        assertEquals(MANAGEMENT, annotations.path("prometheus.io/port").asInt());
        assertEquals("/q/metrics", annotations.path("prometheus.io/path").asText());
    }

    private static String kind(JsonNode manifest) {
        return manifest.path("apiVersion").asText() + " "
                + manifest.path("kind").asText();
    }

    private static JsonSchema schema(String kind) {
        String name = SCHEMAS.get(kind);
        assertNotNull(name, () -> "no schema of " + kind);
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(SchemaLocation.of("classpath:schemas/manifests.json#/$defs/" + name));
    }
}
