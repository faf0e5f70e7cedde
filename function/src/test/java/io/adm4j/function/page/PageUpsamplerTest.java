package io.adm4j.function.page;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import io.adm4j.function.Pixels;
import io.adm4j.function.TestBundles;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The page on a denoiser that knows no classes, a classifier that does, and an upsampler. */
@QuarkusTest
@TestProfile(PageUpsamplerTest.Cascade.class)
class PageUpsamplerTest extends BrowserTest {
    /** See {@link TestBundles}. */
    public static class Cascade implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("adm4j.bundle", TestBundles.UNCONDITIONAL, "adm4j.upsampler", TestBundles.UPSAMPLER);
        }
    }

    @Test
    void bothStagesAreWatched() {
        Page page = visitor.desktop("#label=8&seed=3&steps=6&sampler=ddim&eta=0&classifierScale=1"
                + "&upsample=true&upsamplerSteps=6&upsamplerSampler=ddim");
        Visitor.awaitImage(page);
        assertEquals(64, Pixels.of(Visitor.image(page)).width());
        assertTrue(
                page.locator("#film button[aria-label$='second stage']").count() > 0, "previews of the second stage");
        assertArrayEquals(
                given().when()
                        .get("/sample.png?label=8&seed=3&steps=6&upsamplerSteps=6")
                        .asByteArray(),
                Visitor.image(page));
        page.uncheck("#upsample");
        assertTrue(page.isHidden("#upsamplerSteps"));
        Visitor.forget(page);
        page.click("#sample");
        Visitor.awaitImage(page);
        assertEquals(32, Pixels.of(Visitor.image(page)).width());
        visitor.assertNothingWentWrong();
    }

    /** The function refuses a label at scale 0, so the page leaves it out and says why. */
    @Test
    void withoutGuidanceThereIsNoClass() {
        Page page = visitor.desktop("");
        page.getByLabel("Bag").check();
        page.fill("#steps", "4");
        page.uncheck("#upsample");
        page.fill("#classifierScale", "0");
        assertTrue(page.isVisible("#class-hint"));
        page.click("#sample");
        Visitor.awaitImage(page);
        assertTrue(page.textContent("#caption").startsWith("Seed "), page.textContent("#caption"));
        visitor.assertNothingWentWrong();
    }
}
