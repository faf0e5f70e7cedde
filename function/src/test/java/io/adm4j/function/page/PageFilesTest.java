package io.adm4j.function.page;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The files of the page as they are sent. */
@QuarkusTest
class PageFilesTest {
    private static final Path FOLDER = Path.of("src", "main", "resources", "META-INF", "resources");

    @Test
    void theFilesThereAreAreTheFilesThatAreSent() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            List<String> there = files.filter(Files::isRegularFile)
                    .map(file -> "/" + FOLDER.relativize(file).toString().replace('\\', '/'))
                    .filter(file -> !file.equals("/index.html"))
                    .sorted()
                    .toList();
            assertEquals(there, PageDoor.FILES.stream().sorted().toList());
        }
        for (String file : PageDoor.FILES) {
            given().when().get(file).then().statusCode(200).header("X-Content-Type-Options", "nosniff");
        }
    }

    @Test
    void thePageIsAskedForAgainEachTimeAndMayLoadNothingForeign() {
        String etagOrDate = given().when()
                .get("/")
                .then()
                .statusCode(200)
                .contentType(containsString("text/html"))
                .header("Cache-Control", "no-cache")
                .header("Content-Security-Policy", containsString("default-src 'none'"))
                .extract()
                .header("Last-Modified");
        given().header("If-Modified-Since", etagOrDate).when().get("/").then().statusCode(304);
        given().when().head("/").then().statusCode(200);
        given().when().post("/").then().statusCode(405);
        given().when().get("/?x=1").then().statusCode(400).body("error", equalTo("This path takes no fields."));
    }

    /** The policy would stop them in a browser; here the place is named. */
    @Test
    void nothingIsInlineOrFromElsewhere() throws IOException {
        String html = Files.readString(FOLDER.resolve("index.html"));
        assertFalse(Pattern.compile("<script(?![^>]* src=)").matcher(html).find(), "a script in the page");
        assertFalse(
                Pattern.compile("<style| style=| on[a-z]+=").matcher(html).find(), "a style or handler in the page");
        for (String file : PageDoor.FILES) {
            String text = Files.readString(FOLDER.resolve(file.substring(1)));
            assertFalse(
                    text.replace("http://www.w3.org/2000/svg", "").matches("(?s).*https?://.*"),
                    file + " names another host");
        }
    }
}
