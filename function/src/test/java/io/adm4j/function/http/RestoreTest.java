package io.adm4j.function.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.function.Pixels;
import io.adm4j.function.service.SamplingService;
import io.adm4j.io.PngReader;
import io.adm4j.io.PngWriter;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The function {@code restore} over HTTP, on a real bundle. */
@QuarkusTest
class RestoreTest {
    private static final int SIZE = 32;
    private static final byte[] PIXELS = pixels(SIZE, 3);
    private static final byte[] IMAGE = PngWriter.encode(PIXELS, SIZE, SIZE, 3);
    private static final byte[] MASK = mask();

    @Inject
    SamplingService sampling;

    private static byte[] pixels(int size, int channels) {
        byte[] pixels = new byte[size * size * channels];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (60 + i * 7 % 130);
        }
        return pixels;
    }

    /** The left half is known. */
    private static byte[] mask() {
        byte[] mask = new byte[SIZE * SIZE];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = (byte) (i % SIZE < SIZE / 2 ? 255 : 0);
        }
        return PngWriter.encode(mask, SIZE, SIZE, 1);
    }

    private static String base64(byte[] file) {
        return Base64.getEncoder().encodeToString(file);
    }

    /** Fields of a request that takes little time. */
    private static Map<String, Object> fields(String task, Object... more) {
        Map<String, Object> fields =
                new HashMap<>(Map.of("task", task, "image", base64(IMAGE), "label", 1, "steps", 4));
        if (task.equals("inpaint")) {
            fields.put("mask", base64(MASK));
        }
        for (int i = 0; i < more.length; i += 2) {
            if (more[i + 1] == null) {
                fields.remove(more[i].toString());
            } else {
                fields.put(more[i].toString(), more[i + 1]);
            }
        }
        return fields;
    }

    private static Response post(String path, Map<String, Object> fields) {
        return given().contentType("application/json").body(fields).when().post(path);
    }

    private static JsonPath restored(Map<String, Object> fields) {
        return post("/restore", fields).then().statusCode(200).extract().jsonPath();
    }

    private static byte[] png(JsonPath reply, int i) {
        return Base64.getDecoder().decode(reply.getString("pictures[" + i + "].png"));
    }

    private static byte[] levels(byte[] png) throws IOException {
        return PngReader.open(png).pixels(3).toByteArray();
    }

    @Test
    void whatIsKnownIsKeptAndTheRestIsFilled() throws IOException {
        JsonPath reply = restored(fields("inpaint", "seed", 5, "label", "boot"));
        assertEquals(sampling.bundles().base().name(), reply.getString("bundle"));
        Map<String, Object> settings = reply.getMap("settings");
        assertEquals(
                Set.of(
                        "task",
                        "sigmaY",
                        "method",
                        "steps",
                        "eta",
                        "travelLength",
                        "travelRepeat",
                        "classifierScale",
                        "seed",
                        "count",
                        "label"),
                settings.keySet());
        assertEquals(9, settings.get("label"));
        assertEquals(5, reply.getInt("pictures[0].seed"));
        byte[] result = levels(png(reply, 0));
        int changed = 0;
        for (int i = 0; i < result.length; i++) {
            boolean known = i / 3 % SIZE < SIZE / 2;
            if (known) {
                assertEquals(PIXELS[i] & 0xff, result[i] & 0xff, 1, "level " + i);
            }
            changed += known || result[i] == PIXELS[i] ? 0 : 1;
        }
        assertTrue(changed > SIZE * SIZE, "what is unknown is filled");
    }

    @Test
    void blockMeansAreKept() throws IOException {
        int small = SIZE / 4;
        byte[] image = pixels(small, 3);
        JsonPath reply = restored(
                fields("superresolve", "factor", 4, "image", base64(PngWriter.encode(image, small, small, 3))));
        byte[] result = levels(png(reply, 0));
        for (int i = 0; i < image.length; i++) {
            int x = i / 3 % small;
            int y = i / 3 / small;
            double sum = 0;
            boolean cut = false;
            for (int k = 0; k < 16; k++) {
                int level = result[((4 * y + k / 4) * SIZE + 4 * x + k % 4) * 3 + i % 3] & 0xff;
                sum += level;
                cut |= level == 0 || level == 255;
            }
            assertTrue(cut || Math.abs(sum / 16 - (image[i] & 0xff)) < 1, "block " + i);
        }
    }

    @Test
    void everyTaskAnswers() {
        assertTrue(restored(fields("colorize")).getString("settings.task").equals("colorize"));
        JsonPath sharp = restored(fields("deblur", "blurSigma", 1, "border", "zero"));
        assertEquals("zero", sharp.getString("settings.border"));
        assertEquals(0.3, sharp.getDouble("settings.sigmaY"), 1e-9);
        byte[] noisy = new byte[SIZE * SIZE * 3];
        Random random = new Random(1);
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] = (byte) (128 + 20 * random.nextGaussian());
        }
        JsonPath estimated = restored(fields("denoise", "image", base64(PngWriter.encode(noisy, SIZE, SIZE, 3))));
        assertEquals(20, estimated.getDouble("settings.noiseLevel"), 2);
        assertEquals(50, restored(fields("denoise", "noiseLevel", 50)).getDouble("settings.noiseLevel"), 1e-9);
        JsonPath traveled = restored(fields(
                "inpaint", "travelLength", 1, "travelRepeat", 2, "sigmaY", 10, "eta", 0.5, "classifierScale", 1));
        assertEquals(10, traveled.getDouble("settings.sigmaY"), 1e-9);
    }

    @Test
    void aFormGivesTheImageOfTheJson() {
        byte[] form = form("task", "inpaint", "label", "1", "steps", "4", "seed", "3")
                .multiPart("image", "image.png", IMAGE)
                .multiPart("mask", "mask.png", MASK)
                .when()
                .post("/restore.png")
                .then()
                .statusCode(200)
                .contentType("image/png")
                .header("Adm4j-Seed", "3")
                .header("Adm4j-Bundle", sampling.bundles().base().name())
                .extract()
                .asByteArray();
        Map<String, Object> json = fields("inpaint", "seed", 3);
        assertArrayEquals(
                form,
                post("/restore.png", json).then().statusCode(200).extract().asByteArray());
        assertArrayEquals(form, png(restored(json), 0));
    }

    private static RequestSpecification form(String... fields) {
        RequestSpecification form = given();
        for (int i = 0; i < fields.length; i += 2) {
            form = form.multiPart(fields[i], fields[i + 1]);
        }
        return form;
    }

    @Test
    void aResultDependsOnItsOwnSeedAlone() {
        JsonPath many = restored(fields("inpaint", "seed", 10, "count", 3));
        assertEquals(List.of(10, 11, 12), many.getList("pictures.seed"));
        assertArrayEquals(png(many, 2), png(restored(fields("inpaint", "seed", 12)), 0));
        assertTrue(Pixels.of(png(many, 0)).differences(Pixels.of(png(many, 1)), 1) > 0);
        Pixels grid = Pixels.of(post("/restore.png", fields("inpaint", "seed", 10, "count", 3))
                .then()
                .statusCode(200)
                .extract()
                .asByteArray());
        assertEquals(2 * SIZE + 3 * 2, grid.width());
        JsonPath random = restored(fields("inpaint"));
        assertArrayEquals(png(random, 0), png(restored(fields("inpaint", "seed", random.getLong("settings.seed"))), 0));
    }

    @Test
    void whoHasTheResultIsToldSo() {
        Map<String, Object> fields = fields("inpaint", "seed", 4);
        Response first = post("/restore.png", fields);
        String tag = first.header("ETag");
        assertTrue(tag.matches("\"[0-9a-f]{64}\""), tag);
        assertEquals("public, no-cache", first.header("Cache-Control"));
        given().contentType("application/json")
                .header("If-None-Match", tag)
                .body(fields)
                .when()
                .post("/restore.png")
                .then()
                .statusCode(412)
                .body("error", containsString("If-None-Match"));
        Set<String> tags = new HashSet<>(Set.of(tag));
        for (Map<String, Object> other : List.of(
                fields("inpaint", "seed", 5),
                fields("inpaint", "seed", 4, "eta", 0.5),
                fields("inpaint", "seed", 4, "label", 2),
                fields("inpaint", "seed", 4, "mask", base64(IMAGE)),
                fields("colorize", "seed", 4))) {
            tags.add(post("/restore.png", other).header("ETag"));
        }
        assertEquals(6, tags.size());
        assertNotEquals(true, tags.contains(null));
        post("/restore.png", fields("inpaint"))
                .then()
                .statusCode(200)
                .header("ETag", nullValue())
                .header("Cache-Control", "no-store");
    }

    private static void refused(Response response, int status, String expected) {
        String sentence = response.then()
                .statusCode(status)
                .body("error", endsWith("."))
                .extract()
                .path("error");
        assertTrue(sentence.contains(expected), sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "inpaint | task | blur | task must be one of inpaint, superresolve, colorize, deblur, denoise, not 'blur'.",
                "inpaint | image | !! | image must be a PNG file in base64, without line breaks.",
                "inpaint | image | AAAA | image must be a PNG file of 32x32 pixels, and this one cannot be read: it does",
                "inpaint | steps | 7 | steps must divide the 1000 timesteps of the model, which 7 does not.",
                "inpaint | steps | 500 | steps must be a whole number from 1 to 250, not '500'.",
                "inpaint | travelRepeat | 200 | steps must be at most 250 in all, those that travelLength and",
                "inpaint | eta | 2 | eta must be a number from 0 to 1, not '2'.",
                "inpaint | eta | x | eta must be a number, not 'x'.",
                "inpaint | sigmaY | 256 | sigmaY must be a number from 0 to 255, not '256'.",
                "inpaint | factor | 2 | factor must be left out with the task inpaint.",
                "inpaint | noiseLevel | 2 | noiseLevel must be left out with the task inpaint.",
                "inpaint | scale | 2 | scale must be left out with the method ddnm.",
                "inpaint | method | magic | method must be one of ddnm, dps, not 'magic'.",
                "inpaint | method | dps | harness export --with denoiser-vjp",
                "inpaint | seed | -1 | seed must be a whole number from 0 to",
                "inpaint | count | 101 | count must be a whole number from 1 to 100",
                "inpaint | label | 99 | label must be a number from 0 to 9",
                "inpaint | maxSteps | 1 | There is no field 'maxSteps': allowed are task, image, mask,",
                "superresolve | factor | 5 | factor must divide the size of the model's images, 32x32 pixels, which 5 does",
                "superresolve | factor | 4 | image must be a PNG file of 8x8 pixels, not 32x32.",
                "superresolve | factor | 1 | factor must be a whole number from 2 to 32, not '1'.",
                "superresolve | seed | 1 | factor must be given with the task superresolve",
                "deblur | seed | 1 | blurSigma must be given with the task deblur, a number of pixels above 0 and at most 7.75.",
                "deblur | blurSigma | 8 | blurSigma must be a number of pixels above 0 and at most 7.75, not '8'.",
                "deblur | blurSigma | 0 | blurSigma must be a number of pixels above 0 and at most 7.75, not '0'.",
                "deblur | border | wrap | border must be one of reflect, zero, not 'wrap'.",
                "inpaint | border | zero | border must be left out with the task inpaint.",
                "denoise | sigmaY | 2 | sigmaY must be left out with the task denoise.",
                "denoise | method | dps | method must be ddnm with the task denoise.",
                "colorize | deadlineMs | 0 | deadlineMs must be a whole number from 1",
            })
    void aWrongFieldIsNamedWithWhatIsAllowed(String task, String field, String value, String expected) {
        Object sigma = task.equals("deblur") && field.equals("border") ? 1 : null;
        for (String path : List.of("/restore", "/restore.png")) {
            refused(post(path, fields(task, "blurSigma", sigma, field, value)), 400, expected);
        }
    }

    @Test
    void whatIsMissingIsNamed() {
        refused(
                post("/restore", Map.of()),
                400,
                "task must be one of inpaint, superresolve, colorize, deblur, denoise.");
        refused(given().when().post("/restore"), 400, "task must be one of");
        refused(post("/restore", fields("inpaint", "image", null)), 400, "image must be a PNG file of 32x32 pixels.");
        refused(post("/restore", fields("inpaint", "mask", null)), 400, "mask must be a PNG file of 32x32 pixels.");
        refused(post("/restore", fields("inpaint", "label", null)), 400, "label must be given");
        byte[] small = PngWriter.encode(new byte[4], 2, 2, 1);
        refused(
                post("/restore", fields("inpaint", "mask", base64(small))),
                400,
                "mask must be a PNG file of 32x32 pixels, not 2x2.");
    }

    @Test
    void otherBodiesAreRefused() {
        refused(given().contentType("text/plain").body("x").when().post("/restore"), 415, "application/json");
        refused(given().contentType("text/plain").body("x").when().post("/restore.png"), 415, "application/json");
        refused(form("task", "inpaint").when().post("/restore"), 415, "must be JSON");
        refused(post("/restore?task=inpaint", fields("inpaint")), 400, "not from the query");
        refused(post("/restore", fields("inpaint", "mask", "x".repeat(300_000))), 413, "The body is too large");
        refused(given().contentType("application/json").body("{").when().post("/restore.png"), 400, "no JSON");
        refused(given().contentType("application/json").body("[1]").when().post("/restore"), 400, "JSON object");
        refused(given().when().get("/restore"), 405, "POST");
        refused(
                given().accept("text/html")
                        .contentType("application/json")
                        .body("{}")
                        .when()
                        .post("/restore.png"),
                406,
                "");
    }

    @Test
    void malformedFormsAreRefused() {
        refused(
                form("task", "inpaint").multiPart("image", base64(IMAGE)).when().post("/restore.png"),
                400,
                "'image' must be a file, as curl -F image=@FILE.png sends it.");
        refused(
                form("task", "inpaint", "task", "denoise").when().post("/restore.png"),
                400,
                "'task' is given more than once");
        refused(
                form().multiPart("task", "task.txt", new byte[1]).when().post("/restore.png"),
                400,
                "'task' must not be a file.");
        RestAssuredConfig asText = RestAssuredConfig.config()
                .encoderConfig(
                        EncoderConfig.encoderConfig().encodeContentTypeAs("multipart/form-data", ContentType.TEXT));
        for (String type : List.of("multipart/form-data", "multipart/form-data; boundary=x")) {
            Response response = given().config(asText)
                    .contentType(type)
                    .body("no form at all")
                    .when()
                    .post("/restore.png");
            assertEquals(400, response.statusCode(), response.asString());
        }
    }

    @Test
    void tooMuchWorkIsRefusedAtOnce() {
        restored(fields("inpaint"));
        refused(
                post("/restore", fields("inpaint", "steps", 250, "count", 100, "deadlineMs", 1)),
                400,
                "This would take about");
    }
}
