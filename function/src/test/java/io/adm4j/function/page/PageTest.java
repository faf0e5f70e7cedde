package io.adm4j.function.page;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.WaitForSelectorState;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The page in a browser, on the embedded bundle. */
@QuarkusTest
@TestProfile(PageTest.Embedded.class)
class PageTest extends BrowserTest {
    private static final String BOOT = "#label=9&seed=7&steps=6&sampler=ddim&eta=0";

    /** Enough steps to be stopped in. */
    public static class Embedded implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "adm4j.bundle",
                    Path.of(System.getProperty("adm4j.root"), "harness", "bundles", "fashion-mnist-32")
                            .toString(),
                    "adm4j.limit.steps",
                    "1000",
                    // However slow the machine is, work that is to be stopped is not refused as too much.
                    "adm4j.limit.seconds",
                    "3600",
                    "adm4j.deadline.standard",
                    "1H");
        }
    }

    @Test
    void anImageFormsAndItsLinkReproducesIt() {
        Page page = visitor.desktop("");
        className(page, "Ankle boot").check();
        page.fill("#seed", "7");
        page.fill("#steps", "8");
        page.click("#sample");
        page.waitForSelector("#film li");
        Visitor.awaitImage(page);
        assertTrue(page.locator("#film li").count() > 3, "previews");
        assertEquals("Ankle boot, seed 7", page.textContent("#caption"));
        byte[] image = Visitor.image(page);
        assertArrayEquals(
                given().when()
                        .get("/sample.png?label=9&seed=7&steps=8&sampler=unipc&classifierScale=1")
                        .asByteArray(),
                image);

        page.locator("#film button").first().click();
        assertFalse(Arrays.equals(image, Visitor.image(page)), "a step is shown");

        Page again = visitor.desktop(page.url().substring(page.url().indexOf('#')));
        Visitor.awaitImage(again);
        assertArrayEquals(image, Visitor.image(again));
        assertEquals("8", again.inputValue("#steps"));
        assertTrue(className(again, "Ankle boot").isChecked());
        visitor.assertNothingWentWrong();
    }

    private static Locator className(Page page, String name) {
        return page.getByRole(
                AriaRole.RADIO, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    @Test
    void theFileAndTheCommandAreThoseOfTheImage() {
        Page page = visitor.desktop(BOOT + "&classifierScale=2");
        Visitor.awaitImage(page);
        assertArrayEquals(Visitor.image(page), Visitor.pngOf(page.getAttribute("#download", "href")));
        String command = page.textContent("#command-text");
        String url = command.substring(command.indexOf('\'') + 1, command.lastIndexOf('\''));
        assertArrayEquals(
                Visitor.image(page),
                given().urlEncodingEnabled(false).when().get(url).asByteArray());
        visitor.assertNothingWentWrong();
    }

    @Test
    void backShowsTheImageBefore() {
        Page page = visitor.desktop(BOOT + "&classifierScale=2");
        Visitor.awaitImage(page);
        byte[] first = Visitor.image(page);
        Visitor.forget(page);
        page.click("#another");
        Visitor.awaitImage(page);
        assertFalse(Arrays.equals(first, Visitor.image(page)));
        Visitor.forget(page);
        page.goBack();
        Visitor.awaitImage(page);
        assertArrayEquals(first, Visitor.image(page));
        visitor.assertNothingWentWrong();
    }

    @Test
    void scalesAreComparedAndOneIsUsed() {
        Page page = visitor.desktop(BOOT + "&scales=0,2,6");
        page.waitForSelector(".cell:nth-child(1) .frame[data-state=done]");
        page.waitForSelector(".cell:nth-child(2) .frame[data-state=done]");
        page.waitForSelector(".cell:nth-child(3) .frame[data-state=done]");
        byte[] second = Visitor.png(page, ".cell:nth-child(2) img");
        assertFalse(Arrays.equals(second, Visitor.png(page, ".cell:nth-child(3) img")));
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Use scale 2"))
                .click();
        Visitor.awaitImage(page);
        assertArrayEquals(second, Visitor.image(page));
        assertEquals("2", page.inputValue("#classifierScale"));
        assertTrue(page.url().contains("classifierScale=2"), page.url());
        visitor.assertNothingWentWrong();
    }

    @Test
    void aScaleThatIsRefusedSaysSoInItsPlace() {
        Page page = visitor.desktop(BOOT + "&scales=1,-1");
        page.waitForSelector(".cell:nth-child(1) .frame[data-state=done]");
        page.waitForSelector(".cell:nth-child(2) .frame[data-state=failed]");
        assertEquals(
                given().when().get("/sample?classifierScale=-1").jsonPath().getString("error"),
                page.textContent(".cell:nth-child(2) .detail"));
        visitor.expectRefusal(400);
        visitor.assertNothingWentWrong();
    }

    @Test
    void whatIsRefusedIsTheServersSentence() {
        Page page = visitor.desktop("");
        page.fill("#steps", "5000");
        page.click("#sample");
        page.waitForSelector("#error:not([hidden])");
        assertEquals(
                given().when().get("/sample?steps=5000").jsonPath().getString("error"), page.textContent("#error"));
        assertEquals("alert", page.getAttribute("#error", "role"));
        page.fill("#steps", "4");
        assertTrue(page.isHidden("#error"));
        page.click("#sample");
        Visitor.awaitImage(page);
        visitor.expectRefusal(400);
        visitor.assertNothingWentWrong();
    }

    @Test
    void aLinkOfAnotherModelSaysSo() {
        Page page = visitor.desktop(BOOT + "&classifierScale=1&model=0123456789ab");
        page.waitForSelector("#notice:not([hidden])");
        assertTrue(page.textContent("#notice").contains("another model"));
        Visitor.awaitImage(page);
        visitor.assertNothingWentWrong();
    }

    @Test
    void stoppingEndsTheWork() throws InterruptedException {
        Page page = visitor.desktop("");
        page.fill("#steps", "1000");
        page.selectOption("#sampler", "ddpm");
        page.click("#sample");
        page.waitForSelector("#frame[data-state=running]");
        awaitWork(true);
        page.keyboard().press("Escape");
        page.waitForSelector("#frame[data-state=stopped]");
        assertTrue(page.textContent("#detail").startsWith("Stopped at step "), page.textContent("#detail"));
        assertTrue(page.isDisabled("#stop"));
        awaitWork(false);
        visitor.assertNothingWentWrong();
    }

    /** Waits until the function has rows in flight or none; between two steps there is none for a moment. */
    private static void awaitWork(boolean expected) throws InterruptedException {
        Instant patience = Instant.now().plus(Duration.ofSeconds(10));
        for (int times = 0; times < (expected ? 1 : 5); times = atWork() == expected ? times + 1 : 0) {
            assertTrue(Instant.now().isBefore(patience), expected ? "No work began." : "The work went on.");
            Thread.sleep(20);
        }
    }

    private static boolean atWork() {
        return given().when()
                .get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith("adm4j_rows_in_flight"))
                .anyMatch(line -> !line.endsWith(" 0.0"));
    }

    @Test
    void allOfItWorksWithKeys() {
        Page page = visitor.desktop("");
        page.selectOption("#sampler", "ddim");
        Set<String> reached = new LinkedHashSet<>();
        for (int i = 0; i < 40; i++) {
            page.keyboard().press("Tab");
            reached.add((String) page.evaluate("document.activeElement.id || document.activeElement.name"));
        }
        assertTrue(
                reached.containsAll(List.of(
                        "theme",
                        "class",
                        "seed",
                        "new-seed",
                        "steps-range",
                        "steps",
                        "scale-range",
                        "classifierScale",
                        "sampler",
                        "eta",
                        "sample",
                        "scales",
                        "grid",
                        "letters")),
                reached.toString());
        page.fill("#steps", "ddim25");
        page.focus("#steps-range");
        page.keyboard().press("ArrowRight");
        assertEquals("ddim26", page.inputValue("#steps"), "the slider keeps the notation");
        page.focus("#steps");
        page.keyboard().press("ControlOrMeta+a");
        page.keyboard().type("3n");
        assertEquals("3n", page.inputValue("#steps"), "letters are text where text is typed");
        page.keyboard().press("Backspace");
        page.keyboard().press("Enter");
        Visitor.awaitImage(page);
        String seed = page.inputValue("#seed");
        page.evaluate("document.activeElement.blur()");

        Visitor.forget(page);
        page.keyboard().press("n");
        Visitor.awaitImage(page);
        assertNotEquals(seed, page.inputValue("#seed"));

        page.keyboard().press("g");
        page.waitForSelector(".cell:nth-child(6) .frame[data-state=done]");
        Visitor.forget(page);
        page.keyboard().press("Enter");
        Visitor.awaitImage(page);
        page.keyboard().press("t");
        assertEquals("dark", page.getAttribute("html", "data-theme"));

        page.uncheck("#letters");
        page.keyboard().press("t");
        assertEquals("dark", page.getAttribute("html", "data-theme"), "letters are off");
        visitor.assertNothingWentWrong();
    }

    @Test
    void everyControlHasAName() {
        Page page = visitor.desktop(BOOT + "&scales=0,2");
        page.waitForSelector(".cell:nth-child(2) .frame[data-state=done]");
        assertEquals(
                List.of(),
                page.evaluate(
                        "[...document.querySelectorAll('input, select, button, a, progress, img, ol')].filter(e =>"
                                + " !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim()"
                                + " || e.hasAttribute('alt'))).map(e => e.outerHTML)"));
        assertEquals("polite", page.getAttribute("#live", "aria-live"));
        page.waitForSelector(
                "#live:text-is('Done: 2 of 2 images.')",
                new Page.WaitForSelectorOptions().setState(WaitForSelectorState.ATTACHED));
        visitor.assertNothingWentWrong();
    }

    @Test
    void itIsLightOrDarkAsTheSystemIsUnlessChosen() {
        Page page = visitor.dark(BOOT + "&classifierScale=1");
        Visitor.awaitImage(page);
        assertTrue(brightness(page) < 50);
        assertEquals(List.of(), page.evaluate(LOW_CONTRAST));
        page.click("#theme");
        assertTrue(brightness(page) > 200);
        assertEquals(List.of(), page.evaluate(LOW_CONTRAST));
        page.reload();
        page.waitForSelector("#form:not([hidden])");
        assertTrue(brightness(page) > 200, "the choice is kept");
        Visitor.awaitImage(page);
        visitor.assertNothingWentWrong();
    }

    private static int brightness(Page page) {
        return (Integer) page.evaluate("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])");
    }

    /** Texts with less than 4.5:1 (WCAG 2.2, 1.4.3) to the color behind them, of what is enabled. */
    private static final String LOW_CONTRAST = """
            (() => {
              const rgb = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
              const part = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
              const luminance = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
              const behind = (e) => {
                for (; e; e = e.parentElement) {
                  const color = rgb(getComputedStyle(e).backgroundColor);
                  if (color.length === 3 || color[3] === 1) return color;
                }
                return [255, 255, 255];
              };
              return [...document.querySelectorAll('body *')]
                .filter((e) => e.checkVisibility() && !e.disabled
                  && ([...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || e.matches('select, input:not([type=range], [type=checkbox], [type=radio])')))
                .map((e) => {
                  const [a, b] = [rgb(getComputedStyle(e).color), behind(e)].map(luminance).sort((x, y) => y - x);
                  return [(a + 0.05) / (b + 0.05), e.outerHTML.slice(0, 80)];
                })
                .filter(([ratio]) => ratio < 4.5)
                .map(String);
            })()""";

    @Test
    void aPhoneNeedsNoScrollingSideways() {
        Page page = visitor.phone("");
        assertNoOverflow(page);
        page.tap("#sample");
        Visitor.awaitImage(page);
        assertNoOverflow(page);
        assertTrue(
                (Boolean) page.evaluate("(() => { const b = document.getElementById('frame').getBoundingClientRect();"
                        + " return b.top >= 0 && b.bottom <= innerHeight; })()"),
                "the image is in view");
        page.fill("#scales", "0, 1, 30");
        page.tap("#grid");
        page.waitForSelector(".cell:nth-child(3) .frame[data-state=done]");
        assertNoOverflow(page);
        visitor.assertNothingWentWrong();
    }

    private static void assertNoOverflow(Page page) {
        assertEquals(360, page.evaluate("document.documentElement.scrollWidth"));
        assertEquals(
                List.of(),
                page.evaluate("[...document.querySelectorAll('body *')].filter(e => e.checkVisibility()"
                        + " && !e.closest('.film, code, .hidden') && e.getBoundingClientRect().right > 360.5)"
                        + ".map(e => e.outerHTML.slice(0, 80))"));
    }

    @Test
    void smallImagesKeepTheirPixels() {
        Page page = visitor.desktop(BOOT + "&classifierScale=1");
        Visitor.awaitImage(page);
        page.waitForSelector("#image.pixels");
        assertEquals("pixelated", page.evaluate("getComputedStyle(document.getElementById('image')).imageRendering"));
        visitor.assertNothingWentWrong();
    }
}
