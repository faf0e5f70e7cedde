package io.adm4j.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A report of a comparison in Debian's Chromium: it needs nothing else, in every light, on paper and by keyboard. */
class ReportBrowserTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final double PATIENCE_MS = 120_000;

    @TempDir
    static Path folder;

    private static Playwright playwright;
    private static Browser browser;
    private static String address;

    private final List<String> problems = new ArrayList<>();

    @BeforeAll
    static void open() throws IOException {
        assumeTrue(Files.isExecutable(CHROMIUM), "Reports are not tested: there is no " + CHROMIUM + ".");
        assumeTrue(hasDriver(), "Reports are not tested: Maven's profile browser is off.");
        Path file = folder.resolve("report.html");
        Files.writeString(file, EvaluationPage.of(Evaluations.compared(), Optional.empty(), Set.of()));
        address = file.toUri().toString();
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setTimeout(PATIENCE_MS)
                        .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
    }

    @AfterAll
    static void close() {
        if (playwright != null) {
            playwright.close();
        }
    }

    private static boolean hasDriver() {
        try {
            Class.forName("com.microsoft.playwright.impl.driver.jar.DriverJar");
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    @Test
    void needsNothingElseAndFitsLargeAndSmallScreens() {
        for (int width : new int[] {1280, 360}) {
            Page page = page(new Browser.NewContextOptions().setViewportSize(width, 800));

            assertEquals(true, page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width + "");
            assertEquals(
                    true,
                    page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)"));
            assertEquals(3, page.locator("main > figure svg circle").count());
            assertTrue(page.locator("main > figure svg").boundingBox().height > 40);
            page.context().close();
        }
        assertEquals(List.of(), problems);
    }

    @Test
    void isDarkOnDarkScreensAndLightOnPaper() {
        Page page = page(new Browser.NewContextOptions().setColorScheme(ColorScheme.DARK));
        Object dark = background(page);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        Object light = background(page);

        assertNotEquals(light, dark);
        page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
        assertEquals(light, background(page));
        assertTrue(page.pdf().length > 10_000);
        page.context().close();
        assertEquals(List.of(), problems);
    }

    @Test
    void isUsableByKeyboard() {
        Page page = page(new Browser.NewContextOptions());

        page.locator(".sortable button").nth(1).focus();
        page.keyboard().press("Enter");
        assertEquals("ascending", page.locator(".sortable th").nth(1).getAttribute("aria-sort"));
        page.keyboard().press("Tab");
        page.keyboard().press("Space");
        assertEquals("ascending", page.locator(".sortable th").nth(2).getAttribute("aria-sort"));
        page.context().close();
        assertEquals(List.of(), problems);
    }

    private Page page(Browser.NewContextOptions options) {
        Page page = browser.newContext(options).newPage();
        page.setDefaultTimeout(PATIENCE_MS);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                problems.add(message.type() + ": " + message.text());
            }
        });
        page.onPageError(problems::add);
        page.onRequest(request -> {
            if (!request.url().equals(address) && !request.url().startsWith("data:")) {
                problems.add("foreign request: " + request.url());
            }
        });
        page.navigate(address);
        return page;
    }

    private static Object background(Page page) {
        return page.evaluate("getComputedStyle(document.body).backgroundColor");
    }
}
