package io.adm4j.function.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The page where the function needs an API key and takes one request of a client at a time. */
@QuarkusTest
@TestProfile(PageKeyTest.Guarded.class)
class PageKeyTest extends BrowserTest {
    private static final String KEY = "correct-horse-battery";

    /** One key. */
    public static class Guarded implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("adm4j.api-keys", "alice:" + KEY, "adm4j.client-limit", "1");
        }
    }

    @Test
    void theKeyIsAskedForAndSent() {
        Page page = visitor.stranger();
        page.waitForSelector("#key-form:not([hidden])");
        assertTrue(page.isHidden("#form"));
        page.fill("#key", "wrong-key-of-nobody");
        page.keyboard().press("Enter");
        page.waitForSelector("#error:text('not valid')");
        page.fill("#key", KEY);
        page.keyboard().press("Enter");
        Visitor.whole(page);
        assertTrue(page.isHidden("#key-form"));
        page.fill("#steps", "3");
        page.click("#sample");
        Visitor.awaitImage(page);
        assertTrue(page.textContent("#command-text").contains("X-Api-Key"), "the command names the header");
        page.reload();
        Visitor.whole(page);
        visitor.expectRefusal(401);
        visitor.assertNothingWentWrong();
    }

    /** The page asks for three images at once; the function makes it wait. */
    @Test
    void aComparisonWaitsAtTheLimitOfTheClient() {
        Page page = visitor.stranger();
        page.fill("#key", KEY);
        page.press("#key", "Enter");
        Visitor.whole(page);
        page.fill("#steps", "60");
        page.fill("#scales", "0 1 2 3");
        page.click("#grid");
        for (int cell = 1; cell <= 4; cell++) {
            page.waitForSelector(".cell:nth-child(" + cell + ") .frame[data-state=done]");
        }
        assertEquals(4, page.locator(".cell").count());
        visitor.expectRefusal(401);
        visitor.expectRefusal(429);
        visitor.assertNothingWentWrong();
    }
}
