package io.adm4j.harness.report;

import io.adm4j.io.PngWriter;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** One HTML page that needs nothing else and may load nothing else, for light and dark screens. */
final class Page {
    private final StringBuilder html = new StringBuilder();

    /** A page that begins with its title. */
    Page(String title) {
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:;"
                        + " style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>")
                .append(Html.escape(title))
                .append("</title>\n<style>\n")
                .append(resource("report.css"))
                .append("</style>\n</head>\n<body>\n<main>\n<h1>")
                .append(Html.escape(title))
                .append("</h1>\n");
    }

    /** Adds markup as it is. */
    Page add(String markup) {
        html.append(markup);
        return this;
    }

    /** Adds a paragraph of plain text. */
    Page paragraph(String style, String text) {
        html.append("<p class=\"")
                .append(style)
                .append("\">")
                .append(Html.escape(text))
                .append("</p>\n");
        return this;
    }

    /** Begins a section. */
    Page heading(String text) {
        html.append("<h2>").append(Html.escape(text)).append("</h2>\n");
        return this;
    }

    /** Adds a section with a table of names and values, unless there are none. Lines of a value stay lines. */
    Page facts(String heading, Map<String, String> facts) {
        if (facts.isEmpty()) {
            return this;
        }
        heading(heading);
        html.append("<div class=\"card scroll\"><table class=\"facts\">\n");
        facts.forEach((name, value) -> html.append("<tr><td>")
                .append(Html.escape(name))
                .append("</td><td>")
                .append(Html.escape(value).replace("\n", "<br>"))
                .append("</td></tr>\n"));
        html.append("</table></div>\n");
        return this;
    }

    /** Adds a card with a drawing. */
    Page chart(String heading, String below, String svg) {
        html.append("<figure class=\"card\"><figcaption>")
                .append(Html.escape(heading))
                .append("<span>")
                .append(Html.escape(below))
                .append("</span></figcaption>\n")
                .append(svg)
                .append("</figure>\n");
        return this;
    }

    /** Adds a program that ships with this class. */
    Page script(String name) {
        html.append("<script>\n").append(resource(name)).append("</script>\n");
        return this;
    }

    /** The page as text. */
    String finish() {
        return html + "</main>\n</body>\n</html>\n";
    }

    /** An image as an image's address. */
    static String address(byte[] png) {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    }

    /** The address of one of many images: uint8 [N, H, W, C], of channels that PNG has. */
    static String address(Tensor images, int index) {
        Tensor one = images.rows(index, index + 1L);
        return address(PngWriter.encode(one.reshape(one.dim(1), one.dim(2), one.dim(3))));
    }

    /** A file that ships with this class. */
    static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("The page's file " + name + " is missing from the build.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("The page's file " + name + " could not be read.", e);
        }
    }
}
