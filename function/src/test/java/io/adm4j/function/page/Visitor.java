package io.adm4j.function.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Someone who looks at the page with Debian's Chromium, and notes what goes wrong on the way. */
final class Visitor implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final double PATIENCE_MS = 60_000;

    private final Playwright playwright;
    private final Browser browser;
    private final URI base;
    private final List<String> problems = new ArrayList<>();

    private Visitor(Playwright playwright, URI base) {
        this.playwright = playwright;
        this.base = base;
        this.browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
    }

    /** Starts a browser; where there is none, the test is skipped. */
    static Visitor of(URI base) {
        assumeTrue(Files.isExecutable(CHROMIUM), "The page is not tested: there is no " + CHROMIUM + ".");
        assumeTrue(hasDriver(), "The page is not tested: Maven's profile browser is off.");
        return new Visitor(
                Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))),
                base);
    }

    private static boolean hasDriver() {
        try {
            Class.forName("com.microsoft.playwright.impl.driver.jar.DriverJar");
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** A window of a desktop, in light. */
    Page desktop(String fragment) {
        return whole(open(fragment, new Browser.NewContextOptions().setViewportSize(1200, 860)));
    }

    /** The same where the page may first ask for a key. */
    Page stranger() {
        return open("", new Browser.NewContextOptions().setViewportSize(1200, 860));
    }

    Page dark(String fragment) {
        return whole(open(
                fragment,
                new Browser.NewContextOptions().setViewportSize(1200, 860).setColorScheme(ColorScheme.DARK)));
    }

    Page phone(String fragment) {
        return whole(open(
                fragment,
                new Browser.NewContextOptions()
                        .setViewportSize(360, 740)
                        .setDeviceScaleFactor(2)
                        .setHasTouch(true)
                        .setIsMobile(true)));
    }

    private Page open(String fragment, Browser.NewContextOptions options) {
        BrowserContext context = browser.newContext(options);
        context.setDefaultTimeout(PATIENCE_MS);
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                problems.add(message.type() + ": " + message.text());
            }
        });
        page.onPageError(problems::add);
        page.onRequest(request -> {
            if (!request.url().startsWith(base.toString()) && !request.url().startsWith("data:")) {
                problems.add("foreign request: " + request.url());
            }
        });
        page.navigate(base + fragment);
        return page;
    }

    /** Waits until the form is built. */
    static Page whole(Page page) {
        page.waitForSelector("#form:not([hidden])");
        return page;
    }

    /** Waits until the large image is there. */
    static void awaitImage(Page page) {
        page.waitForSelector("#frame[data-state=done]");
    }

    /** Makes {@link #awaitImage} wait for the next image, however fast it comes. */
    static void forget(Page page) {
        page.evaluate("document.getElementById('frame').dataset.state = 'old'");
    }

    /** The large image as it is shown. */
    static byte[] image(Page page) {
        return png(page, "#image");
    }

    static byte[] png(Page page, String selector) {
        return pngOf(page.getAttribute(selector, "src"));
    }

    /** The file in a {@code data:} address. */
    static byte[] pngOf(String source) {
        return Base64.getDecoder().decode(source.substring("data:image/png;base64,".length()));
    }

    /** Browsers report every refused request as an error of the console. */
    void expectRefusal(int status) {
        problems.removeIf(problem ->
                problem.startsWith("error: Failed to load resource") && problem.contains("status of " + status));
    }

    void assertNothingWentWrong() {
        assertEquals(List.of(), problems);
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
