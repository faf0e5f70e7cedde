package io.adm4j.function.inference;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.function.Pixels;
import io.adm4j.function.TestBundles;
import io.adm4j.io.PngWriter;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Open Inference Protocol as its clients speak it. */
@QuarkusTest
class InferenceTest {
    private static final String MODEL = "/v2/models/test-32";
    private static final int PIXELS = 32 * 32 * 3;

    private static String version() {
        return Sha256.of(Path.of(TestBundles.CONDITIONAL, "model.json")).substring(0, 12);
    }

    private static JsonPath infer(String body) {
        return given().contentType("application/json")
                .body(body)
                .when()
                .post(MODEL + "/infer")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .extract()
                .jsonPath();
    }

    private static Pixels sampled(String query) {
        return Pixels.of(given().when()
                .get("/sample.png?" + query)
                .then()
                .statusCode(200)
                .extract()
                .asByteArray());
    }

    private static Pixels image(byte[] all, int i) {
        ByteBuffer one = ByteBuffer.allocateDirect(PIXELS).put(all, i * PIXELS, PIXELS);
        return Pixels.of(PngWriter.encode(Tensor.wrap(ElementType.UINT8, one.flip(), 32, 32, 3)));
    }

    private static byte[] bytes(List<Integer> values) {
        ByteBuffer all = ByteBuffer.allocate(values.size());
        values.forEach(v -> all.put(v.byteValue()));
        return all.array();
    }

    @Test
    void serverAndModelSayWhatTheyAre() {
        for (String path : List.of("/v2", "/v2/")) {
            given().when()
                    .get(path)
                    .then()
                    .statusCode(200)
                    .body("name", equalTo("adm4j"))
                    .body("extensions", contains("binary_tensor_data"));
        }
        given().when().get("/v2/health/live").then().statusCode(200).body("live", equalTo(true));
        given().when().get("/v2/health/ready").then().statusCode(200).body("ready", equalTo(true));
        for (String path : List.of(MODEL, MODEL + "/versions/" + version())) {
            given().when()
                    .get(path + "/ready")
                    .then()
                    .statusCode(200)
                    .body("name", equalTo("test-32"))
                    .body("ready", equalTo(true));
            given().when()
                    .get(path)
                    .then()
                    .statusCode(200)
                    .body("name", equalTo("test-32"))
                    .body("versions", contains(version()))
                    .body("inputs.find { it.name == 'seed' }.datatype", equalTo("INT64"))
                    .body("inputs.find { it.name == 'seed' }.shape", contains(-1))
                    .body("outputs.name", contains("images", "seed", "label"))
                    .body("outputs[0].datatype", equalTo("UINT8"))
                    .body("outputs[0].shape", contains(-1, 32, 32, 3));
            given().when().head(path).then().statusCode(200);
        }
    }

    @Test
    void seedsAndLabelsAreChosenImageByImage() {
        JsonPath reply = infer(
                "{\"id\": \"a1\", \"parameters\": {\"steps\": 3, \"classifierScale\": 2}, \"inputs\": ["
                        + "{\"name\": \"seed\", \"shape\": [2], \"datatype\": \"INT64\", \"data\": [70, 5]},"
                        + "{\"name\": \"label\", \"shape\": [2, 1], \"datatype\": \"BYTES\", \"data\": [[\"boot\"], [\"3\"]]}]}");
        assertEquals("a1", reply.getString("id"));
        assertEquals("test-32", reply.getString("model_name"));
        assertEquals(version(), reply.getString("model_version"));
        assertEquals("3", reply.getString("parameters.steps"));
        assertEquals(List.of("images", "seed", "label"), reply.getList("outputs.name"));
        assertEquals(List.of(2, 32, 32, 3), reply.getList("outputs[0].shape"));
        assertEquals(List.of(70, 5), reply.getList("outputs[1].data"));
        assertEquals(List.of(9, 3), reply.getList("outputs[2].data"));
        byte[] all = bytes(reply.getList("outputs[0].data"));
        image(all, 0).assertSame(sampled("label=9&seed=70&steps=3&classifierScale=2"));
        image(all, 1).assertSame(sampled("label=3&seed=5&steps=3&classifierScale=2"));
    }

    @Test
    void settingsMayBeTensorsAndOneValueServesAllImages() {
        JsonPath reply = infer("{\"inputs\": ["
                + "{\"name\": \"label\", \"shape\": [1], \"datatype\": \"INT32\", \"data\": [4]},"
                + "{\"name\": \"seed\", \"shape\": [1], \"datatype\": \"INT64\", \"data\": [11]},"
                + "{\"name\": \"count\", \"shape\": [1], \"datatype\": \"INT64\", \"data\": [2]},"
                + "{\"name\": \"steps\", \"shape\": [1], \"datatype\": \"BYTES\", \"data\": [\"ddim5\"]},"
                + "{\"name\": \"eta\", \"shape\": [1], \"datatype\": \"FP32\", \"data\": [0.5]}],"
                + " \"outputs\": [{\"name\": \"label\"}, {\"name\": \"seed\"}]}");
        assertEquals(List.of("label", "seed"), reply.getList("outputs.name"));
        assertEquals(List.of(4, 4), reply.getList("outputs[0].data"));
        assertEquals(List.of(11, 12), reply.getList("outputs[1].data"));
        assertEquals("ddim5", reply.getString("parameters.steps"));
        assertEquals(0.5f, reply.getFloat("parameters.eta"));
        given().contentType("application/json")
                .body("{\"inputs\": []}")
                .when()
                .post(MODEL + "/versions/" + version() + "/infer")
                .then()
                .statusCode(200)
                .body("id", nullValue())
                .body("outputs[0].shape", contains(1, 32, 32, 3));
    }

    @Test
    void tensorsMayBeBytesAfterTheJson() {
        byte[] json = ("{\"parameters\": {\"steps\": \"2\", \"binary_data_output\": true}, \"inputs\": ["
                        + "{\"name\": \"seed\", \"shape\": [2], \"datatype\": \"INT64\","
                        + " \"parameters\": {\"binary_data_size\": 16}},"
                        + "{\"name\": \"label\", \"shape\": [2], \"datatype\": \"BYTES\","
                        + " \"parameters\": {\"binary_data_size\": 13}}],"
                        + " \"outputs\": [{\"name\": \"images\"},"
                        + " {\"name\": \"seed\", \"parameters\": {\"binary_data\": false}},"
                        + " {\"name\": \"label\", \"parameters\": {\"binary_data\": true}}]}")
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer tail = ByteBuffer.allocate(29).order(ByteOrder.LITTLE_ENDIAN);
        tail.putLong(9).putLong(1L << 40);
        tail.putInt(4).put("boot".getBytes(StandardCharsets.UTF_8)).putInt(1).put((byte) '8');
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(json);
        body.writeBytes(tail.array());
        Response response = given().contentType("application/octet-stream")
                .header("Inference-Header-Content-Length", json.length)
                .body(body.toByteArray())
                .when()
                .post(MODEL + "/infer")
                .then()
                .statusCode(200)
                .contentType("application/octet-stream")
                .extract()
                .response();
        byte[] all = response.asByteArray();
        int length = Integer.parseInt(response.header("Inference-Header-Content-Length"));
        JsonPath reply = new JsonPath(new String(all, 0, length, StandardCharsets.UTF_8));
        assertEquals(2 * PIXELS, reply.getInt("outputs[0].parameters.binary_data_size"));
        assertEquals(List.of(9L, 1L << 40), reply.getList("outputs[1].data", Long.class));
        assertEquals(length + 2 * PIXELS + 16, all.length);
        byte[] labels = Arrays.copyOfRange(all, length + 2 * PIXELS, all.length);
        assertArrayEquals(new long[] {9, 8}, new long[] {
            ByteBuffer.wrap(labels).order(ByteOrder.LITTLE_ENDIAN).getLong(0),
            ByteBuffer.wrap(labels).order(ByteOrder.LITTLE_ENDIAN).getLong(8)
        });
        byte[] images = Arrays.copyOfRange(all, length, length + 2 * PIXELS);
        image(images, 1).assertSame(sampled("label=8&seed=" + (1L << 40) + "&steps=2"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'inputs': [{'name':'seed','shape':[2],'datatype':'INT64','data':[1]}]} | The data of seed must be an array of as many",
                "{'inputs': [{'name':'seed','shape':[0],'datatype':'INT64','data':[]}]} | The shape of seed must be [N] or [N, 1]",
                "{'inputs': [{'name':'seed','shape':[1,2],'datatype':'INT64','data':[1,2]}]} | The shape of seed must be",
                "{'inputs': [{'name':'seed','shape':[4294967297],'datatype':'INT64','data':[1]}]} | The shape of seed must be",
                "{'inputs': [{'name':'seed','datatype':'INT64','data':[1]}]} | The shape of seed must be",
                "{'inputs': [{'name':'seed','shape':[1],'datatype':'FP32','data':[1]}]} | The datatype of seed must be UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, not 'FP32'.",
                "{'inputs': [{'name':'seed','shape':[1],'datatype':'INT8','data':[128]}]} | The data of seed must be values of its datatype INT8.",
                "{'inputs': [{'name':'seed','shape':[1],'datatype':'INT64','data':[1.5]}]} | The data of seed must be values",
                "{'inputs': [{'name':'seed','shape':[1],'datatype':'INT64','data':['1']}]} | The data of seed must be values",
                "{'inputs': [{'name':'seed','shape':[1],'datatype':'INT64','data':[-1]}]} | seed must be a whole number from 0",
                "{'inputs': [{'name':'seed','shape':[1],'datatype':'INT64'}]} | seed must have either data or",
                "{'inputs': [{'name':'seed','shape':[1],'datatype':'INT64','parameters':{'binary_data_size':8}}]} | The binary_data_size of seed",
                "{'inputs': [{'name':'seed','shape':[1],'datatype':'INT64','data':[1]}], 'parameters': {'seed': 1}} | 'seed' must be given once.",
                "{'inputs': [{'name':'seed','shape':[2],'datatype':'INT64','data':[1,2]}], 'parameters': {'count': 2}} | count must be given once",
                "{'inputs': [{'name':'seed','shape':[2],'datatype':'INT64','data':[1,2]},{'name':'label','shape':[3],'datatype':'INT64','data':[1,2,3]}]} | seed and label must have one value per image each, not 2 and 3.",
                "{'inputs': [{'name':'label','shape':[2],'datatype':'INT64','data':[1,10]}]} | label must be a number from 0 to 9",
                "{'inputs': [{'name':'steps','shape':[2],'datatype':'INT64','data':[1,10]}]} | The shape of steps must be [1].",
                "{'inputs': [{'name':'x','shape':[1],'datatype':'INT64','data':[1]}]} | There is no input 'x'",
                "{'inputs': [{'name':'seed','shape':[1],'datatype':'INT64','data':[1],'x':1}]} | There is no 'x' in an input",
                "{'inputs': [], 'parameters': {'scale': 1}} | There is no 'scale' in the parameters",
                "{'inputs': [], 'parameters': {'steps': [1]}} | The parameter steps must be one",
                "{'inputs': [], 'parameters': {'steps': 251}} | steps must be from 1 to 250",
                "{'inputs': [], 'outputs': [{'name': 'x'}]} | The outputs must be some of images, seed, label",
                "{'inputs': [], 'outputs': [{'name': 'seed'}, {'name': 'seed'}]} | The outputs must be some of",
                "{'inputs': [], 'outputs': 1} | outputs must be an array.",
                "{'inputs': [], 'id': 5} | The id of the request must be given, as text.",
                "{'inputs': 5} | inputs must be an array; it may be empty.",
                "{} | inputs must be an array; it may be empty.",
                "{'inputs': [1]} | There must be a JSON object for an input.",
                "[] | The body must be a JSON object",
                "{ | The body must be JSON",
            })
    void whatIsWrongIsOneSentence(String body, String expected) {
        String sentence = given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .when()
                .post(MODEL + "/infer")
                .then()
                .statusCode(400)
                .extract()
                .jsonPath()
                .getString("error");
        assertTrue(sentence.startsWith(expected) && sentence.endsWith("."), sentence);
    }

    @Test
    void bytesThatDoNotFitAreRefused() {
        for (String length : List.of("-1", "x", "99999", "2")) {
            given().contentType("application/octet-stream")
                    .header("Inference-Header-Content-Length", length)
                    .body("{\"inputs\": []}".getBytes(StandardCharsets.UTF_8))
                    .when()
                    .post(MODEL + "/infer")
                    .then()
                    .statusCode(400);
        }
        String json = "{\"inputs\": [{\"name\": \"label\", \"shape\": [1], \"datatype\": \"BYTES\","
                + " \"parameters\": {\"binary_data_size\": 8}}]}";
        for (String tail : List.of("\1\0\0\0\1\0\0\0", "\5\0\0\0boo\0", "\377\377\377\377abcd", "\4\0\0\0bootmore")) {
            given().contentType("application/octet-stream")
                    .header("Inference-Header-Content-Length", json.length())
                    .body((json + tail).getBytes(StandardCharsets.ISO_8859_1))
                    .when()
                    .post(MODEL + "/infer")
                    .then()
                    .statusCode(400);
        }
    }

    @Test
    void otherModelsVersionsMethodsAndTypesAreRefused() {
        for (String path : List.of(
                "/v2/models/other",
                "/v2/models/other/ready",
                MODEL + "/versions/1",
                MODEL + "/versions/1/ready",
                "/v2/models",
                "/v2/health",
                MODEL + "/x")) {
            String sentence = given().when()
                    .get(path)
                    .then()
                    .statusCode(404)
                    .extract()
                    .jsonPath()
                    .getString("error");
            assertTrue(sentence.endsWith("."), sentence);
        }
        given().contentType("application/json")
                .body("{}")
                .when()
                .post("/v2/models/other/infer")
                .then()
                .statusCode(404);
        given().when().get(MODEL + "/infer").then().statusCode(405).header("Allow", "OPTIONS, POST");
        given().contentType("text/plain")
                .body("{\"inputs\": []}")
                .when()
                .post(MODEL + "/infer")
                .then()
                .statusCode(415);
    }
}
