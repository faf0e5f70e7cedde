package io.adm4j.function.event;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The function as a broker of CloudEvents sends to it. */
@QuarkusTest
class EventTest {
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};

    private static RequestSpecification binary(String data) {
        return given().contentType("application/json")
                .header("ce-specversion", "1.0")
                .header("ce-id", "e1")
                .header("ce-source", "test")
                .header("ce-type", "io.adm4j.sample")
                .body(data);
    }

    private static RequestSpecification structured(String event) {
        return given().header("Content-Type", "application/cloudevents+json")
                .body(event.getBytes(StandardCharsets.UTF_8));
    }

    private static String event(String data) {
        return "{\"specversion\": \"1.0\", \"id\": \"e2\", \"source\": \"test\", \"type\": \"io.adm4j.sample\","
                + " \"datacontenttype\": \"application/json\", \"data\": " + data + "}";
    }

    private static void assertPng(String base64) {
        assertArrayEquals(PNG, Arrays.copyOf(Base64.getDecoder().decode(base64), 4));
    }

    @Test
    void whoAsksForThePathOfEventsGetsThePage() {
        given().when()
                .get("/")
                .then()
                .statusCode(200)
                .contentType(startsWith("text/html"))
                .body(containsString("page/app.js"));
        given().when().head("/").then().statusCode(200);
    }

    @Test
    void aBinaryEventIsAnsweredByOne() {
        String png = binary("{\"label\": \"boot\", \"seed\": 7, \"steps\": 2}")
                .when()
                .post("/")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .header("ce-specversion", "1.0")
                .header("ce-type", "io.adm4j.images")
                .header("ce-source", "adm4j/test-32")
                .header("ce-subject", "e1")
                .header("ce-id", not(emptyString()))
                .body("settings.label", equalTo(9))
                .body("pictures[0].seed", equalTo(7))
                .extract()
                .path("pictures[0].png");
        assertPng(png);
        assertEquals(
                png,
                given().when()
                        .get("/sample?label=boot&seed=7&steps=2")
                        .then()
                        .statusCode(200)
                        .extract()
                        .path("pictures[0].png"));
    }

    @Test
    void aStructuredEventIsAnsweredByOne() {
        assertPng(structured(event("{\"label\": 3, \"seed\": 8, \"steps\": 2}"))
                .when()
                .post("/")
                .then()
                .statusCode(200)
                .contentType("application/cloudevents+json")
                .body("specversion", equalTo("1.0"))
                .body("type", equalTo("io.adm4j.images"))
                .body("subject", equalTo("e2"))
                .body("data.settings.label", equalTo(3))
                .extract()
                .path("data.pictures[0].png"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"label\": 99}  | label must be a number from 0 to 9",
                "{\"labl\": 1}    | There is no field 'labl'",
                "{\"label\": [1]} | Field 'label' must be one number or text",
                "[1]              | The data of the event must be a JSON object",
            })
    void whatIsWrongInTheDataIsAnEventToo(String data, String expected) {
        binary(data)
                .when()
                .post("/")
                .then()
                .statusCode(200)
                .header("ce-type", "io.adm4j.refused")
                .body("error", startsWith(expected));
        structured(event(data))
                .when()
                .post("/")
                .then()
                .statusCode(200)
                .body("type", equalTo("io.adm4j.refused"))
                .body("data.error", startsWith(expected));
    }

    @Test
    void whatIsNoEventIsRefused() {
        given().contentType("application/json")
                .body("{}")
                .when()
                .post("/")
                .then()
                .statusCode(400);
        binary("{").when().post("/").then().statusCode(400).body("error", equalTo("The body is no JSON."));
        structured("[]").when().post("/").then().statusCode(400);
        structured(event("{}").replace("1.0", "0.3"))
                .when()
                .post("/")
                .then()
                .statusCode(400)
                .body("error", startsWith("The specversion"));
        structured(event("{}").replace("io.adm4j.sample", "other"))
                .when()
                .post("/")
                .then()
                .statusCode(400)
                .body("error", startsWith("The type of the event must be io.adm4j.sample"));
        given().header("Content-Type", "application/cloudevents-batch+json")
                .body("[]".getBytes(StandardCharsets.UTF_8))
                .when()
                .post("/")
                .then()
                .statusCode(415);
        given().when().post("/event").then().statusCode(404);
    }

    @Test
    void theOtherDoorsAreThere() {
        given().contentType("application/json")
                .body("{\"steps\": 2, \"label\": 1}")
                .when()
                .post("/sample")
                .then()
                .statusCode(200)
                .body("settings.label", equalTo(1));
        given().when().get("/sample?label=99").then().statusCode(400).body("error", startsWith("label must be"));
        given().when().get("/v2/models/test-32").then().statusCode(200);
        given().when()
                .get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .body("paths.'/'.post.operationId", equalTo("event"))
                .body("paths.'/sample'.get.operationId", equalTo("sample"));
        given().when().get("/q/health/ready").then().statusCode(200);
    }
}
