package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.function.Pixels;
import io.adm4j.function.service.SamplingService;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The function over HTTP, on a real bundle. */
@QuarkusTest
class SampleFunctionTest {
    @Inject
    SamplingService sampling;

    private static JsonPath get(String query) {
        return given().when()
                .get("/sample?" + query)
                .then()
                .statusCode(200)
                .contentType("application/json")
                .extract()
                .jsonPath();
    }

    private static Pixels image(JsonPath reply, int i) {
        return Pixels.ofBase64(reply.getString("pictures[" + i + "].png"));
    }

    @Test
    void samplesWhatIsRequestedAndReportsIt() {
        given().when()
                .get("/sample?label=BOOT&seed=7&count=2&steps=4&sampler=ddim&eta=0.5&classifierScale=2")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .body("bundle", equalTo(sampling.bundles().base().name()))
                .body("milliseconds", greaterThanOrEqualTo(0))
                .body("settings.label", equalTo(9))
                .body("settings.className", equalTo("Ankle boot"))
                .body("settings.seed", equalTo(7))
                .body("settings.count", equalTo(2))
                .body("settings.steps", equalTo("4"))
                .body("settings.sampler", equalTo("ddim"))
                .body("settings.eta", equalTo(0.5f))
                .body("settings.classifierScale", equalTo(2f))
                .body("pictures.size()", equalTo(2))
                .body("pictures.seed", equalTo(List.of(7, 8)))
                .body("pictures.label", everyItem(equalTo(9)))
                .body("pictures.className", everyItem(equalTo("Ankle boot")));
    }

    @Test
    void imagesAreRealPngsOfTheBundleSize() {
        Pixels pixels = image(get("label=0&seed=1&steps=2"), 0);
        assertEquals(32, pixels.width());
        assertEquals(32, pixels.height());
        assertFalse(pixels.isFlat(), "a sample has some contrast");
    }

    @Test
    void postIsTheSameAsGet() {
        JsonPath get = get("label=3&seed=5&steps=3&sampler=ddpm");
        JsonPath post = given().contentType("application/json")
                .body("{\"label\": 3, \"seed\": 5, \"steps\": 3, \"sampler\": \"ddpm\", \"eta\": null}")
                .when()
                .post("/sample")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        image(get, 0).assertSame(image(post, 0));
        assertEquals(get.getMap("settings"), post.getMap("settings"));
    }

    @Test
    void everyFieldChangesTheImage() {
        Pixels base = image(get("label=1&seed=1&steps=5"), 0);
        for (String other : List.of(
                "label=1&seed=2&steps=5",
                "label=8&seed=1&steps=5",
                "label=1&seed=1&steps=10",
                "label=1&seed=1&steps=5&eta=1",
                "label=1&seed=1&steps=5&sampler=ddpm",
                "label=1&seed=1&steps=5&classifierScale=20")) {
            assertTrue(base.differences(image(get(other), 0), 1) > 0, other + " gives the same image");
        }
    }

    @Test
    void anImageDependsOnItsOwnSeedAlone() {
        JsonPath many = get("label=2&seed=100&count=5&steps=4");
        for (int i = 0; i < 5; i++) {
            image(many, i).assertSame(image(get("label=2&steps=4&seed=" + (100 + i)), 0));
        }
    }

    @Test
    void withoutALabelTheSeedChoosesTheClass() {
        JsonPath reply = get("seed=18&count=4&steps=2");
        assertEquals(List.of(8, 9, 0, 1), reply.getList("pictures.label"));
        given().when().get("/sample?seed=18&steps=2").then().body("settings.label", nullValue());
        image(reply, 1).assertSame(image(get("label=9&seed=19&steps=2"), 0));
    }

    @Test
    void withoutASeedTheRandomOneIsReported() {
        JsonPath reply = get("label=4&steps=2");
        image(reply, 0).assertSame(image(get("label=4&steps=2&seed=" + reply.getLong("settings.seed")), 0));
    }

    @Test
    void allFieldsMayBeLeftOut() {
        given().when()
                .post("/sample")
                .then()
                .statusCode(200)
                .body("settings.steps", equalTo("ddim25"))
                .body("settings.sampler", equalTo("ddim"))
                .body("settings.eta", equalTo(0f))
                .body("settings.classifierScale", equalTo(1f))
                .body("pictures.size()", equalTo(1));
    }

    @Test
    void takesEveryFormOfSteps() {
        for (String steps : List.of("4", "ddim5", "2+1+1", "ddim25", "90+60+60+20+20")) {
            given().queryParam("steps", steps)
                    .queryParam("label", "bag")
                    .when()
                    .get("/sample")
                    .then()
                    .statusCode(200)
                    .body("settings.steps", equalTo(steps));
        }
    }

    /** A plus in a query means a space unless it is percent-encoded, which few people remember. */
    @Test
    void sectionsMayBeJoinedByABarePlus() {
        given().urlEncodingEnabled(false)
                .when()
                .get("/sample?label=bag&steps=2+1+1")
                .then()
                .statusCode(200)
                .body("settings.steps", equalTo("2+1+1"));
    }

    @Test
    void oneImageIsAPngFile() {
        byte[] file = given().when()
                .get("/sample.png?label=boot&seed=1&steps=2")
                .then()
                .statusCode(200)
                .contentType("image/png")
                .header("Adm4j-Seed", "1")
                .extract()
                .asByteArray();
        Pixels.of(file).assertSame(image(get("label=boot&seed=1&steps=2"), 0));
    }

    @Test
    void severalImagesAreAGrid() {
        Pixels grid = Pixels.of(given().when()
                .get("/sample.png?count=5&steps=2")
                .then()
                .statusCode(200)
                .contentType("image/png")
                .extract()
                .asByteArray());
        assertEquals(3 * 32 + 4 * 2, grid.width());
        assertEquals(2 * 32 + 3 * 2, grid.height());
    }

    @Test
    void healthAndMetricsReport() {
        given().when()
                .get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("status", equalTo("UP"))
                .body(
                        "checks.find { it.name == 'bundle' }.data.name",
                        equalTo(sampling.bundles().base().name()));
        double before = images();
        get("count=3&steps=2");
        assertEquals(before + 3, images());
        String metrics = given().when().get("/q/metrics").then().extract().asString();
        assertTrue(metrics.contains("adm4j_sampling_seconds_sum"), metrics);
    }

    private static double images() {
        return given().when()
                .get("/q/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString()
                .lines()
                .filter(l -> l.startsWith("adm4j_images_total"))
                .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' '))))
                .sum();
    }
}
