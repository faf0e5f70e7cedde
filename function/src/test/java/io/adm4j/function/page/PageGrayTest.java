package io.adm4j.function.page;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import io.adm4j.bundle.TinyBundle;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The page on a grayscale model without a classifier, with more classes than fit side by side. */
@QuarkusTest
@TestProfile(PageGrayTest.Gray.class)
class PageGrayTest extends BrowserTest {
    private static final List<String> CLASSES =
            IntStream.range(0, 40).mapToObj(i -> "kind " + i).toList();

    /** See {@link TinyBundle}. */
    public static class Gray implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "gray");
                TinyBundle.write(folder.resolve("base"), 8, 1, false, CLASSES);
                return Map.of("adm4j.bundle", folder.resolve("base").toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void thereIsNoGuidanceAndClassesAreWritten() {
        Page page = visitor.desktop("");
        assertTrue(page.isHidden("#classifierScale"));
        assertTrue(page.isHidden("#grid"));
        assertTrue(page.textContent("#model").contains("8×8 grayscale"), page.textContent("#model"));
        page.fill("#label", "kind 17");
        page.fill("#seed", "5");
        page.fill("#steps", "4");
        page.click("#sample");
        Visitor.awaitImage(page);
        assertArrayEquals(
                given().when().get("/sample.png?label=17&seed=5&steps=4").asByteArray(), Visitor.image(page));
        page.evaluate("document.activeElement.blur()");
        page.keyboard().press("g");
        assertTrue(page.isVisible("#one"), "there is nothing to compare");
        visitor.assertNothingWentWrong();
    }
}
