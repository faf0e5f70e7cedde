package io.adm4j.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** Parts of a report's page. */
final class HtmlPages {
    private HtmlPages() {}

    /** The page loads nothing and may load nothing. */
    static void requireSelfContained(Document page) {
        page.select("[src]").forEach(e -> assertTrue(e.attr("src").startsWith("data:"), e.outerHtml()));
        assertTrue(page.select("[href], link, iframe, object").isEmpty(), "the page refers to other files");
        String policy =
                page.selectFirst("meta[http-equiv=Content-Security-Policy]").attr("content");
        assertEquals(
                "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'", policy);
        String style = page.selectFirst("style").data();
        assertFalse(style.contains("@import") || style.contains("url("), "the style sheet refers to other files");
        assertTrue(style.contains("prefers-color-scheme: dark"));
    }

    /** The cells of a table's rows, without its heading. */
    static List<List<String>> rows(Element table) {
        return table.select("tr:has(td)").stream()
                .map(row -> row.select("> td").eachText())
                .toList();
    }

    /** The names and values of the table below a heading. */
    static Map<String, String> facts(Document page, String heading) {
        Element table = page.select("h2").stream()
                .filter(h -> h.text().equals(heading))
                .findFirst()
                .orElseThrow()
                .nextElementSibling()
                .selectFirst("table.facts");
        Map<String, String> facts = new LinkedHashMap<>();
        rows(table).forEach(row -> facts.put(row.get(0), row.get(1)));
        return facts;
    }

    /** The section headings in their order. */
    static List<String> headings(Document page) {
        return page.select("h2").eachText();
    }
}
