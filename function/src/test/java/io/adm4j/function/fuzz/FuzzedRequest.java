package io.adm4j.function.fuzz;

import io.adm4j.FuzzRun;
import io.adm4j.io.PngWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A malicious or unusual request to one of the function's doors; it depends on its number alone, and those that carry a
 * continuation token on that.
 *
 * @param kind what is wrong with it, in one word
 * @param bytes as they go over the connection
 * @param whole whether it is HTTP that an answer must follow; broken HTTP may end with the connection
 * @param answerHasBody whether its answer has one: not that to HEAD
 */
record FuzzedRequest(String kind, byte[] bytes, boolean whole, boolean answerHasBody) {
    private static final long SEED = 0x9E3779B97F4A7C15L;

    private static final List<String> PATHS = List.of(
            "/sample",
            "/sample.png",
            "/sample/stream",
            "/model",
            "/",
            "/v2",
            "/v2/health/live",
            "/v2/health/ready",
            "/v2/models/adm4j",
            "/v2/models/adm4j/ready",
            "/v2/models/adm4j/infer",
            "/v2/models/adm4j/versions/1/infer",
            "/restore",
            "/restore.png",
            "/index.html",
            "/q/health",
            "/q/health/ready",
            "/q/metrics",
            "/q/openapi",
            "/q/none",
            "/none");

    private static final List<String> FIELDS = List.of(
            "label",
            "seed",
            "count",
            "steps",
            "sampler",
            "eta",
            "classifierScale",
            "upsample",
            "upsamplerSteps",
            "maxSteps",
            "budgetMs",
            "deadlineMs",
            "previewEvery",
            "token",
            "",
            "a.b",
            "label[0]",
            "Seed",
            "__proto__",
            "class.classLoader");

    private static final List<String> VALUES = List.of(
            "0",
            "1",
            "2",
            "-1",
            "1e9",
            "1e999999999",
            "NaN",
            "Infinity",
            "0x10",
            "9007199254740992",
            "99999999999999999999999999",
            "",
            " ",
            "+",
            "ddim",
            "ddim2",
            "ddim99",
            "1+1",
            "999999999+999999999",
            "ddpm",
            "boot",
            "s",
            "true",
            "null",
            "\u0000",
            "\r\nSet-Cookie: a=b",
            "é\ud83d\ude00",
            "../../etc/passwd",
            "<script>alert(1)</script>",
            "${java.version}",
            "%s%n%d",
            "x".repeat(3000));

    private static final List<String> METHODS = List.of(
            "GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "FUZZ");

    private static final List<String> HEADERS = List.of(
            "Content-Length: 0",
            "Content-Length: -1",
            "Content-Length: 99999999999999999999",
            "Content-Length: 5",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: identity",
            "Content-Encoding: gzip",
            "Expect: 100-continue",
            "Expect: something",
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA",
            "Accept: application/xml",
            "Accept: ;;;",
            "Accept: image/png;q=x",
            "Accept-Encoding: gzip;q=9",
            "Accept-Language: \u00ff\u00fe",
            "If-None-Match: *",
            "If-None-Match: \"x\", W/\"y",
            "If-Modified-Since: tomorrow",
            "Range: bytes=5-1,-0",
            "Origin: http://elsewhere.example.com",
            "Origin: null\r\nAccess-Control-Request-Method: POST",
            "Authorization: Bearer x",
            "Authorization: Basic \u00ff",
            "X-API-Key: ",
            "Cookie: a=b; c",
            "X-Request-Id: " + "i".repeat(500),
            "X-Request-Id: a\tb",
            "traceparent: 00-0-0-0",
            "Forwarded: for=\"_x\"",
            "X-Forwarded-For: 1.2.3.4, ::1",
            "X-Forwarded-Host: a b",
            "Host: a\r\nHost: b",
            "Host: ",
            "ce-id: 1",
            ": no name",
            "no colon",
            " folded: yes",
            "Adm4j-Deadline-Ms: -5");

    private static final List<String> TYPES = List.of(
            "application/json",
            "application/json; charset=utf-16",
            "application/json; charset=nothing",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=b",
            "multipart/form-data",
            "application/cloudevents+json",
            "application/cloudevents-batch+json",
            "application/octet-stream",
            "image/png",
            "/",
            ";",
            "");

    private static final String SAMPLE = "{\"label\": \"boot\", \"seed\": 1, \"steps\": 2, \"classifierScale\": 1}";

    private static final String INFERENCE = "{\"id\": \"1\", \"parameters\": {\"steps\": 2}, \"inputs\": ["
            + "{\"name\": \"label\", \"shape\": [1], \"datatype\": \"INT64\", \"data\": [3]},"
            + " {\"name\": \"seed\", \"shape\": [1], \"datatype\": \"INT64\", \"data\": [7]}]}";

    private static final String EVENT = "{\"specversion\": \"1.0\", \"id\": \"1\", \"source\": \"/fuzz\","
            + " \"type\": \"sample\", \"datacontenttype\": \"application/json\", \"data\": " + SAMPLE + "}";

    /** The number of kinds; requests of consecutive numbers take turns. */
    static final int KINDS = 11;

    /**
     * The request of a number.
     *
     * @param model name of the loaded model, for the paths that have it
     * @param token one that the function gave, or nothing
     */
    static FuzzedRequest of(int number, String model, String token) {
        SplittableRandom random = new SplittableRandom(SEED * (number + 1));
        return switch (number % KINDS) {
            case 0 -> valid(random, model);
            case 1 -> query(random);
            case 2 -> json(random, "json", random.nextBoolean() ? "/sample" : "/sample/stream", SAMPLE);
            case 3 -> json(random, "inference", path("/v2/models/" + model + "/infer", random), INFERENCE);
            case 4 -> event(random);
            case 5 -> token(random, token);
            case 6 -> headers(random);
            case 7 -> methods(random);
            case 8 -> types(random);
            case 9 -> restore(random);
            default -> broken(random, model);
        };
    }

    private static FuzzedRequest valid(SplittableRandom random, String model) {
        int seed = random.nextInt(1000);
        String query = "?seed=" + seed + "&steps=" + (1 + random.nextInt(2)) + "&label=" + random.nextInt(10);
        return switch (random.nextInt(8)) {
            case 0 -> get("valid", "/sample.png" + query);
            case 1 -> get("valid", "/sample/stream" + query + "&previewEvery=1");
            case 2 -> get("valid", "/model");
            case 3 -> get("valid", "/q/health/ready");
            case 4 -> post("valid", "/sample", "application/json", SAMPLE);
            case 5 -> post("valid", "/v2/models/" + model + "/infer", "application/json", INFERENCE);
            case 6 -> post("valid", "/", "application/cloudevents+json", EVENT);
            default -> get("valid", "/sample" + query + "&sampler=ddpm");
        };
    }

    private static FuzzedRequest query(SplittableRandom random) {
        StringBuilder target = new StringBuilder(path(one(PATHS.subList(0, 3), random), random)).append('?');
        for (int i = random.nextInt(5); i >= 0; i--) {
            target.append(encoded(one(FIELDS, random), random))
                    .append(random.nextInt(20) == 0 ? "" : "=")
                    .append(encoded(one(VALUES, random), random))
                    .append(random.nextInt(20) == 0 ? ";" : "&");
        }
        return get("query", target.toString());
    }

    private static FuzzedRequest json(SplittableRandom random, String kind, String path, String sample) {
        byte[] body = switch (random.nextInt(5)) {
            case 0 -> fields(random).getBytes(StandardCharsets.UTF_8);
            case 1 -> nested(random).getBytes(StandardCharsets.UTF_8);
            case 2 -> sample.getBytes(StandardCharsets.UTF_16);
            default -> FuzzRun.changed(random, sample.getBytes(StandardCharsets.UTF_8));
        };
        return post(kind, path, "application/json", body);
    }

    private static FuzzedRequest event(SplittableRandom random) {
        if (random.nextBoolean()) {
            return post(
                    "event",
                    "/",
                    random.nextInt(4) == 0 ? "application/cloudevents-batch+json" : "application/cloudevents+json",
                    FuzzRun.changed(random, EVENT.getBytes(StandardCharsets.UTF_8)));
        }
        StringBuilder headers = new StringBuilder();
        for (String name : List.of("specversion", "id", "source", "type", "subject", "time", "fuzz")) {
            if (random.nextInt(4) > 0) {
                String usual = name.equals("specversion") ? "1.0" : name.equals("type") ? "sample" : "/fuzz";
                headers.append("ce-")
                        .append(name)
                        .append(": ")
                        .append(random.nextInt(3) > 0 ? usual : printable(one(VALUES, random)))
                        .append("\r\n");
            }
        }
        byte[] body = FuzzRun.changed(random, SAMPLE.getBytes(StandardCharsets.UTF_8));
        return whole("event", "POST", "/", headers + "Content-Type: application/json\r\n", body);
    }

    private static FuzzedRequest token(SplittableRandom random, String token) {
        String changed = switch (random.nextInt(4)) {
            case 0 -> token.substring(0, random.nextInt(token.length() + 1));
            case 1 -> flipped(token, random);
            case 2 -> Base64.getUrlEncoder().encodeToString(FuzzRun.changed(random, decoded(token)));
            default ->
                new String(
                        FuzzRun.changed(random, token.getBytes(StandardCharsets.ISO_8859_1)),
                        StandardCharsets.ISO_8859_1);
        };
        String more = random.nextInt(4) == 0 ? ", \"" + one(FIELDS, random) + "\": 1" : "";
        String path = random.nextInt(4) == 0 ? "/sample/stream" : "/sample";
        return post("token", path, "application/json", "{\"token\": \"" + printable(changed) + "\"" + more + "}");
    }

    /** An image to restore, in JSON or a form, whose text or file is changed. */
    private static FuzzedRequest restore(SplittableRandom random) {
        byte[] png = PngWriter.encode(new byte[32 * 32], 32, 32, 1);
        byte[] file = random.nextInt(3) == 0 ? png : FuzzRun.changed(random, png);
        String name = random.nextInt(8) == 0 ? one(FIELDS, random) : "image";
        if (random.nextBoolean()) {
            String json = "{\"task\": \"denoise\", \"label\": 1, \"seed\": 1, \"" + printable(name) + "\": \""
                    + Base64.getEncoder().encodeToString(file) + "\"}";
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            return post(
                    "restore",
                    random.nextBoolean() ? "/restore" : "/restore.png",
                    "application/json",
                    random.nextInt(3) == 0 ? FuzzRun.changed(random, body) : body);
        }
        String start = "--b\r\nContent-Disposition: form-data; name=\"task\"\r\n\r\ndenoise\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"label\"\r\n\r\n1\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"" + printable(name) + "\"; filename=\"x.png\"\r\n"
                + "Content-Type: image/png\r\n\r\n";
        byte[] form = joined(
                joined(start.getBytes(StandardCharsets.UTF_8), file), "\r\n--b--\r\n".getBytes(StandardCharsets.UTF_8));
        return post(
                "restore",
                "/restore.png",
                "multipart/form-data; boundary=b",
                random.nextInt(3) == 0 ? FuzzRun.changed(random, form) : form);
    }

    private static FuzzedRequest headers(SplittableRandom random) {
        StringBuilder headers = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            headers.append(one(HEADERS, random)).append("\r\n");
        }
        if (random.nextInt(6) == 0) {
            headers.append("X-Large: ")
                    .append("h".repeat(1 + random.nextInt(40_000)))
                    .append("\r\n");
        }
        if (random.nextInt(6) == 0) {
            headers.append("X-Many: 1\r\n".repeat(1 + random.nextInt(2000)));
        }
        boolean post = random.nextBoolean();
        String start = (post ? "POST " : "GET ") + path(one(PATHS, random), random)
                + (post || random.nextBoolean() ? "" : "?steps=1") + " HTTP/1.1\r\nHost: localhost\r\n";
        byte[] body = post ? SAMPLE.getBytes(StandardCharsets.UTF_8) : new byte[0];
        return new FuzzedRequest(
                "headers", joined((start + headers + "\r\n").getBytes(StandardCharsets.ISO_8859_1), body), false, true);
    }

    private static FuzzedRequest methods(SplittableRandom random) {
        String method = random.nextInt(10) == 0 ? "M" + random.nextInt(100_000) : one(METHODS, random);
        String target = path(one(PATHS, random), random);
        byte[] body = random.nextInt(3) == 0 ? SAMPLE.getBytes(StandardCharsets.UTF_8) : new byte[0];
        FuzzedRequest request = whole("methods", method, target, "Content-Type: application/json\r\n", body);
        // What follows CONNECT is no answer in HTTP, and lower-case methods need not be understood.
        boolean usual = !method.equals("CONNECT") && method.equals(method.toUpperCase(Locale.ROOT));
        return new FuzzedRequest(request.kind, request.bytes, usual, !method.equals("HEAD"));
    }

    private static FuzzedRequest types(SplittableRandom random) {
        String type = one(TYPES, random);
        byte[] body = switch (random.nextInt(4)) {
            case 0 -> SAMPLE.getBytes(StandardCharsets.UTF_8);
            case 1 -> "label=boot&steps=2".getBytes(StandardCharsets.UTF_8);
            case 2 ->
                ("--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../x\"\r\n\r\n"
                                + "x".repeat(random.nextInt(2000)) + "\r\n--b--\r\n")
                        .getBytes(StandardCharsets.UTF_8);
            default -> new byte[random.nextInt(20) == 0 ? 40_000 : random.nextInt(100)];
        };
        return post("types", path(one(PATHS, random), random), type, body);
    }

    private static FuzzedRequest broken(SplittableRandom random, String model) {
        FuzzedRequest sound = valid(random, model);
        byte[] bytes = switch (random.nextInt(8)) {
            case 0 -> Arrays.copyOf(sound.bytes, random.nextInt(sound.bytes.length));
            case 1 -> random(random, 1 + random.nextInt(300));
            case 2 ->
                ("POST /sample HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + one(
                                        List.of("ZZ\r\nx\r\n", "5\r\nab\r\n0\r\n\r\n", "-1\r\n\r\n", "FFFFFFFFF\r\nx"),
                                        random))
                        .getBytes(StandardCharsets.ISO_8859_1);
            case 3 ->
                ("GET " + printable(one(VALUES, random)) + " HTTP/"
                                + one(List.of("1.1", "0.9", "3", "1.1.1", ""), random) + "\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8);
            case 4 ->
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0\377\377".getBytes(StandardCharsets.ISO_8859_1);
            default -> FuzzRun.changed(random, sound.bytes);
        };
        return new FuzzedRequest("broken", bytes, false, true);
    }

    /** A path, now and then written unusually. */
    private static String path(String path, SplittableRandom random) {
        return switch (random.nextInt(12)) {
            case 0 -> "/" + path;
            case 1 -> path + "/";
            case 2 -> "/x/.." + path;
            case 3 -> path.replace("m", "%6d");
            case 4 -> path + "%00";
            case 5 -> path + ";a=b";
            case 6 -> "http://elsewhere.example.com" + path;
            default -> path;
        };
    }

    private static String encoded(String text, SplittableRandom random) {
        return switch (random.nextInt(10)) {
            case 0 -> "%" + printable(text);
            case 1 -> "%ff%fe";
            default -> URLEncoder.encode(text, StandardCharsets.UTF_8);
        };
    }

    /** An object of arbitrary fields. */
    private static String fields(SplittableRandom random) {
        List<String> fields = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            String value = one(VALUES, random);
            fields.add("\"" + printable(one(FIELDS, random)) + "\": "
                    + (random.nextBoolean() ? printable(value) : "\"" + printable(value) + "\""));
        }
        return "{" + String.join(", ", fields) + "}";
    }

    private static String nested(SplittableRandom random) {
        int depth = 1 + random.nextInt(5000);
        return switch (random.nextInt(3)) {
            case 0 -> "[".repeat(depth) + "]".repeat(depth);
            case 1 -> "{\"inputs\": ".repeat(depth / 4) + "1" + "}".repeat(depth / 4);
            default -> "{\"seed\": " + "9".repeat(depth) + "}";
        };
    }

    private static String flipped(String token, SplittableRandom random) {
        if (token.isEmpty()) {
            return "x";
        }
        char[] letters = token.toCharArray();
        int at = random.nextInt(letters.length);
        letters[at] = (char) (letters[at] ^ 1 << random.nextInt(5));
        return new String(letters);
    }

    private static byte[] decoded(String token) {
        try {
            return Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            return token.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /** The text without what would end a line or a JSON string. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\"\\\\]", "_");
    }

    private static byte[] random(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static <T> T one(List<T> all, SplittableRandom random) {
        return all.get(random.nextInt(all.size()));
    }

    private static FuzzedRequest get(String kind, String target) {
        return whole(kind, "GET", target, "", new byte[0]);
    }

    private static FuzzedRequest post(String kind, String target, String type, String body) {
        return post(kind, target, type, body.getBytes(StandardCharsets.UTF_8));
    }

    private static FuzzedRequest post(String kind, String target, String type, byte[] body) {
        return whole(kind, "POST", target, "Content-Type: " + type + "\r\n", body);
    }

    private static FuzzedRequest whole(String kind, String method, String target, String headers, byte[] body) {
        String length = body.length > 0 || method.equals("POST") ? "Content-Length: " + body.length + "\r\n" : "";
        String start = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + length + "\r\n";
        return new FuzzedRequest(kind, joined(start.getBytes(StandardCharsets.UTF_8), body), true, true);
    }

    private static byte[] joined(byte[] a, byte[] b) {
        byte[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }
}
