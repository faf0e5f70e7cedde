package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What caches and clients learn from headers. */
@QuarkusTest
class CachingTest {
    private static final String SEEDED = "?label=boot&seed=5&steps=2";

    private static String tag(String target) {
        return given().when().head(target).then().statusCode(200).extract().header("ETag");
    }

    private static double sampled() {
        return given().when()
                .get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith("adm4j_images_total"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sample.png", "/sample"})
    void whoHasTheImageIsToldSoWithoutSampling(String path) {
        Response first = given().when().get(path + SEEDED);
        assertEquals(200, first.statusCode());
        assertEquals("public, no-cache", first.header("Cache-Control"));
        String tag = first.header("ETag");
        assertEquals(path.endsWith(".png"), tag.matches("\"[0-9a-f]{64}\""), tag);
        assertEquals(tag, tag(path + SEEDED));
        double before = sampled();
        for (String known : List.of(tag, "\"x\", " + tag, "*", "W/" + tag.replace("W/", ""))) {
            given().header("If-None-Match", known)
                    .when()
                    .get(path + SEEDED)
                    .then()
                    .statusCode(304)
                    .header("ETag", tag)
                    .header("Cache-Control", "public, no-cache")
                    .body(equalTo(""));
        }
        assertEquals(before, sampled());
        given().header("If-None-Match", "\"x\"")
                .when()
                .get(path + SEEDED)
                .then()
                .statusCode(200);
        assertEquals(before + 1, sampled());
    }

    @Test
    void theTagIsThatOfTheImageNotOfTheSpelling() {
        String tag = tag("/sample.png?label=boot&seed=5&steps=2");
        assertEquals(tag, tag("/sample.png?steps=2&seed=5&label=9&eta=0&count=1"));
        Set<String> tags = new HashSet<>();
        for (String other : List.of(
                "label=boot&seed=5&steps=3",
                "label=boot&seed=6&steps=2",
                "label=bag&seed=5&steps=2",
                "seed=5&steps=2",
                "label=boot&seed=5&steps=2&count=2",
                "label=boot&seed=5&steps=2&eta=1",
                "label=boot&seed=5&steps=2&sampler=ddpm",
                "label=boot&seed=5&steps=2&classifierScale=2")) {
            tags.add(tag("/sample.png?" + other));
        }
        assertEquals(8, tags.size());
        assertNotEquals(true, tags.contains(tag));
    }

    @Test
    void whatIsRandomOrRefusedIsNotStored() {
        for (String path : List.of("/sample.png?steps=2", "/sample?steps=2")) {
            given().when()
                    .get(path)
                    .then()
                    .statusCode(200)
                    .header("Cache-Control", "no-store")
                    .header("ETag", nullValue());
        }
        given().when()
                .get("/sample.png?seed=1&label=99")
                .then()
                .statusCode(400)
                .header("Cache-Control", "no-store")
                .header("ETag", nullValue());
        given().when().head("/sample.png?seed=1&label=99").then().statusCode(400);
    }

    @Test
    void whatAKeyOpensIsPrivate() {
        for (String header : List.of("Authorization", "X-Api-Key")) {
            given().header(header, "Bearer x")
                    .when()
                    .head("/sample.png?seed=1")
                    .then()
                    .header("Cache-Control", startsWith("private"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/sample.png | image/png | 200",
                "/sample.png | image/* | 200",
                "/sample.png | text/html, */*;q=0.1 | 200",
                "/sample.png | application/json | 406",
                "/sample.png | image/png;q=0, */* | 406",
                "/sample | application/json | 200",
                "/sample | image/png | 406",
                "/model | application/json | 200",
                "/model | text/html | 406",
                "/v2 | application/json | 200",
                "/v2 | image/png | 406",
            })
    void whatTheClientDoesNotTakeIsNotGiven(String path, String accept, int status) {
        given().header("Accept", accept).when().head(path).then().statusCode(status);
        if (status == 406) {
            given().header("Accept", accept)
                    .when()
                    .get(path)
                    .then()
                    .statusCode(406)
                    .body("error", startsWith("This path"));
        }
    }
}
