package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.adm4j.function.TestBundles;
import io.adm4j.io.Sha256;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What {@code /model} says of a bundle with classes and a classifier. */
@QuarkusTest
class ModelTest {
    @Test
    void saysWhatARequestMayAskFor() {
        given().when()
                .get("/model")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .body("name", equalTo("test-32"))
                .body("digest", equalTo(Sha256.of(Path.of(TestBundles.CONDITIONAL, "model.json"))))
                .body("imageSize", is(32))
                .body("channels", is(3))
                .body("timesteps", is(1000))
                .body("classCount", is(10))
                .body("classes", hasSize(10))
                .body("classes[9]", equalTo("Ankle boot"))
                .body("labels", equalTo("always"))
                .body("hasClassifier", is(true))
                .body("samplers.name", hasItems("ddim", "ddpm"))
                .body("samplers.find { it.name == 'ddim' }.takesEta", is(true))
                .body("samplers.find { it.name == 'ddpm' }.takesEta", is(false))
                .body("defaults.steps", equalTo("ddim25"))
                .body("defaults.sampler", equalTo("ddim"))
                .body("defaults.eta", is(0f))
                .body("defaults.classifierScale", is(1f))
                .body("limits.count", is(100))
                .body("limits.steps", is(250))
                .body("upsampler", nullValue());
    }

    @Test
    void isOnlyRead() {
        given().when().head("/model").then().statusCode(200);
        given().when().get("/model?seed=1").then().statusCode(400).body("error", equalTo("This path takes no fields."));
        given().when()
                .post("/model")
                .then()
                .statusCode(405)
                .header("Allow", "GET, HEAD, OPTIONS")
                .body("error", containsString("GET, HEAD, OPTIONS"));
    }
}
