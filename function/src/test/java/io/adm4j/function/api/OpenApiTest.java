package io.adm4j.function.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.adm4j.function.http.Door;
import io.adm4j.function.http.DoorPath;
import io.adm4j.function.service.RestoreQuery;
import io.adm4j.function.service.SampleQuery;
import io.quarkus.arc.All;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import io.vertx.core.http.HttpMethod;
import jakarta.inject.Inject;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The description of the HTTP interface, held to what exists. */
@QuarkusTest
@TestProfile(OpenApiTest.Limited.class)
class OpenApiTest {
    /** Settings other than the default ones. */
    public static class Limited implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("adm4j.limit.count", "7", "adm4j.standard.steps", "3", "adm4j.deadline.most", "20M");
        }
    }

    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch", "head", "options");

    @Inject
    @All
    List<Door> doors;

    private JsonNode api;

    @BeforeEach
    void read() throws IOException {
        api = new JsonMapper()
                .readTree(given().when()
                        .get("/q/openapi?format=json")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString());
    }

    /** What {@code $ref} leads to. */
    private JsonNode resolve(JsonNode node) {
        JsonNode found = node;
        while (found.has("$ref")) {
            found = api.at(found.get("$ref").asText().substring(1));
            assertFalse(found.isMissingNode(), node.toString());
        }
        return found;
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private Stream<Map.Entry<String, JsonNode>> operations() {
        return StreamSupport.stream(api.get("paths").properties().spliterator(), false)
                .flatMap(path -> path.getValue().properties().stream()
                        .filter(operation -> METHODS.contains(operation.getKey()))
                        .map(operation -> Map.entry(operation.getKey() + " " + path.getKey(), operation.getValue())));
    }

    @Test
    void isAValidDescription() {
        SwaggerParseResult result = new OpenAPIV3Parser().readContents(api.toString());
        assertEquals(List.of(), result.getMessages());
        assertNotNull(result.getOpenAPI());
        for (JsonNode reference : api.findValues("$ref")) {
            assertFalse(api.at(reference.asText().substring(1)).isMissingNode(), reference.asText());
        }
        Set<String> ids = new HashSet<>();
        operations()
                .forEach(operation -> assertTrue(
                        ids.add(operation.getValue().path("operationId").asText()), operation.getKey()));
        given().when().get("/q/openapi").then().statusCode(200).body(containsString("openapi: 3."));
    }

    /** The page and its files are for browsers, what is below /q for operations. */
    @Test
    void describesThePathsAndMethodsThatExist() {
        Set<String> exist = new TreeSet<>();
        for (Door door : doors) {
            for (DoorPath path : door.paths()) {
                if (!door.getClass().getName().contains(".page.")
                        && !path.template().startsWith("/q/")) {
                    path.methods().keySet().stream()
                            .filter(method -> !method.equals(HttpMethod.HEAD))
                            .forEach(method ->
                                    exist.add(method.name().toLowerCase(Locale.ROOT) + " " + path.template()));
                }
            }
        }
        Set<String> described = new TreeSet<>();
        operations().forEach(operation -> described.add(operation.getKey()));
        assertEquals(exist, described);
    }

    @Test
    void describesEachFieldOfARequest() {
        assertEquals(new TreeSet<>(SampleQuery.FIELDS), names(api.at("/components/schemas/SampleRequest/properties")));
        for (String request : List.of("RestoreRequest", "RestoreForm")) {
            assertEquals(
                    new TreeSet<>(RestoreQuery.FIELDS),
                    names(api.at("/components/schemas/" + request + "/properties")));
        }
        for (String path : List.of("/sample", "/sample.png")) {
            Set<String> parameters = new TreeSet<>();
            for (JsonNode parameter : api.get("paths").get(path).get("get").get("parameters")) {
                JsonNode found = resolve(parameter);
                parameters.add(found.get("name").asText());
                assertEquals("query", found.get("in").asText());
                assertTrue(found.get("description").asText().endsWith("."), found.toString());
                assertTrue(resolve(found.get("schema")).has("type"), found.toString());
            }
            Set<String> taken = new TreeSet<>(SampleQuery.FIELDS);
            if (path.endsWith(".png")) {
                taken.removeAll(Set.of("maxSteps", "budgetMs"));
            }
            assertEquals(taken, parameters);
        }
    }

    /** At its bounds a value is taken, and beyond them it is not; a HEAD checks without sampling. */
    @Test
    void rangesAreThoseOfTheFields() {
        List<String> checked = new ArrayList<>();
        for (String field : List.of("seed", "count", "eta", "classifierScale", "deadlineMs")) {
            JsonNode schema = api.at("/components/schemas/" + field);
            for (String bound : List.of("minimum", "maximum")) {
                BigDecimal value = schema.get(bound).decimalValue();
                BigDecimal beyond =
                        bound.equals("minimum") ? value.subtract(BigDecimal.ONE) : value.add(BigDecimal.ONE);
                assertEquals(200, head(field, value.toPlainString()), field + " " + bound);
                assertEquals(400, head(field, beyond.toPlainString()), field + " beyond " + bound);
                checked.add(field);
            }
        }
        assertEquals(10, checked.size());
        for (JsonNode sampler : api.at("/components/schemas/sampler/enum")) {
            assertEquals(200, head("sampler", sampler.asText()));
        }
    }

    private static int head(String field, String value) {
        return given().when().head("/sample?" + field + "=" + value).statusCode();
    }

    @Test
    void defaultsAndLimitsAreThoseOfTheSettings() throws IOException {
        assertEquals(7, api.at("/components/schemas/count/maximum").asInt());
        assertEquals(
                20 * 60 * 1000, api.at("/components/schemas/deadlineMs/maximum").asInt());
        assertEquals("3", api.at("/components/schemas/steps/default").asText());
        JsonNode settings = new JsonMapper()
                .readTree(given().when().get("/sample").asString())
                .get("settings");
        for (String field : List.of("count", "steps", "sampler", "eta", "classifierScale")) {
            assertEquals(
                    settings.get(field).asDouble(-1),
                    api.at("/components/schemas/" + field + "/default").asDouble(-1),
                    field);
        }
        assertEquals("ddim", api.at("/components/schemas/sampler/default").asText());
    }

    /** Each error that a path can give is described, with the form that it has. */
    @Test
    void describesTheErrorsThatExist() {
        assertStatus("get /sample", given().when().get("/sample?label=99"), 400);
        assertStatus("get /sample", given().accept("image/png").when().get("/sample"), 406);
        assertStatus(
                "post /sample",
                given().contentType("text/plain").body("x").when().post("/sample"),
                415);
        String large = "{\"label\": \"" + "x".repeat(200_000) + "\"}";
        assertStatus(
                "post /sample",
                given().contentType("application/json").body(large).when().post("/sample"),
                413);
        assertStatus(
                "post /restore",
                given().contentType("application/json").body("{}").when().post("/restore"),
                400);
        assertStatus(
                "post /restore.png",
                given().contentType("text/plain").body("x").when().post("/restore.png"),
                415);
        assertStatus("get /sample.png", given().when().get("/sample.png?label=99"), 400);
        assertStatus("get /sample/stream", given().when().get("/sample/stream?label=99"), 400);
        assertStatus("get /model", given().when().get("/model?x=1"), 400);
        assertStatus("get /v2/models/{name}", given().when().get("/v2/models/other"), 404);
        assertStatus(
                "post /v2/models/{name}/infer",
                given().contentType("application/json").body("{}").when().post("/v2/models/other/infer"),
                404);
        operations().forEach(operation -> {
            Set<String> codes = names(operation.getValue().get("responses"));
            assertTrue(codes.containsAll(Set.of("200", "400", "401", "406", "429")), operation.getKey());
            boolean samples = operation.getKey().contains("/sample")
                    || operation.getKey().contains("/restore")
                    || operation.getKey().endsWith("/infer");
            assertTrue(!samples || codes.contains("503"), operation.getKey());
            assertEquals(operation.getKey().startsWith("post"), codes.contains("413") && codes.contains("415"));
        });
        assertTrue(api.at("/components/responses/Error503/headers").has("Retry-After"));
    }

    private void assertStatus(String operation, Response response, int status) {
        assertEquals(status, response.statusCode(), operation);
        JsonNode described = operations()
                .filter(o -> o.getKey().equals(operation))
                .findFirst()
                .orElseThrow()
                .getValue()
                .get("responses")
                .get(String.valueOf(status));
        assertNotNull(described, operation + " " + status);
        JsonNode schema = resolve(
                resolve(described).get("content").get("application/json").get("schema"));
        Set<String> allowed = names(schema.get("properties"));
        assertTrue(allowed.containsAll(response.jsonPath().getMap("").keySet()), response.asString());
    }
}
