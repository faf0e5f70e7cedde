package io.adm4j.function.http;

import io.adm4j.feedback.Quoted;
import io.adm4j.function.service.Refusal;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a request's body may be; a body in another form is refused rather than ignored. */
public final class BodyType {
    /** The type of JSON bodies. */
    public static final String JSON = "application/json";

    private static final String MULTIPART = "multipart/form-data";
    private static final String BYTES = "application/octet-stream";
    private static final String FORM_TYPE = "adm4j.form";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final Pattern CHARSET = Pattern.compile("(?i);\\s*charset\\s*=\\s*\"?([^\";\\s]*)");

    private BodyType() {}

    /**
     * Called before the body is read: refuses what the path does not take, and takes what curl sends by default for JSON.
     *
     * @throws HttpException 415 for a compressed body, or a multipart one where there are no files
     */
    static void prepare(RoutingContext request) {
        String type = media(request);
        if (type.equals(MULTIPART) && request.request().path().equals(RestoreDoor.IMAGE)) {
            // Read as bytes, by RestoreBody: Vert.x would write files to the disk.
            request.put(FORM_TYPE, request.request().getHeader(HttpHeaders.CONTENT_TYPE));
            request.request().headers().set(HttpHeaders.CONTENT_TYPE, BYTES);
        } else if (type.startsWith("multipart/")) {
            throw HttpException.badType("The body must be JSON, not " + Quoted.of(type) + ".");
        }
        if (request.request().getHeader(HttpHeaders.CONTENT_ENCODING) != null) {
            throw HttpException.badType("The body must be sent without a Content-Encoding.");
        }
        if (type.equals(FORM)) {
            // curl -d says this of any body; a form is then refused since it is no JSON.
            request.request().headers().set(HttpHeaders.CONTENT_TYPE, JSON);
        }
        request.next();
    }

    /** The {@code Content-Type} of a body that is a form with files, where the path takes one. */
    static Optional<String> form(RoutingContext request) {
        return Optional.ofNullable(request.get(FORM_TYPE));
    }

    /**
     * Requires a body of one of these media types; one without {@code Content-Type} is taken for the first.
     *
     * @param allowed lower-case media types without parameters
     * @throws HttpException 415 for another one
     */
    public static void require(RoutingContext request, String... allowed) {
        String type = request.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null) {
            return;
        }
        String media = media(request);
        if (!List.of(allowed).contains(media)) {
            throw HttpException.badType("The Content-Type of the body must be " + String.join(" or ", allowed)
                    + ", not " + Quoted.of(type) + ".");
        }
        Matcher charset = CHARSET.matcher(type);
        if (media.equals(JSON) && charset.find() && !charset.group(1).equalsIgnoreCase("utf-8")) {
            throw HttpException.badType("The body must be in UTF-8, not " + Quoted.of(charset.group(1)) + ".");
        }
    }

    /**
     * Requires that there is no body.
     *
     * @throws Refusal if there is one
     */
    public static void requireNone(RoutingContext request) {
        MultiMap headers = request.request().headers();
        String length = headers.get(HttpHeaders.CONTENT_LENGTH);
        if (headers.contains(HttpHeaders.TRANSFER_ENCODING) || length != null && !length.equals("0")) {
            throw Refusal.badInput(
                    "A " + request.request().method() + " takes its fields from the query, not from a body.");
        }
    }

    /** The media type in lower case, without parameters; empty if there is none. */
    private static String media(RoutingContext request) {
        String type = request.request().getHeader(HttpHeaders.CONTENT_TYPE);
        return type == null ? "" : type.split(";", -1)[0].strip().toLowerCase(Locale.ROOT);
    }
}
