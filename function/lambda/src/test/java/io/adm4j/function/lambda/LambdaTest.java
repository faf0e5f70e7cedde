package io.adm4j.function.lambda;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.Context;
import io.quarkus.funqy.lambda.FunqyLambdaBindingRecorder;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The function as Lambda invokes it, by way of Quarkus' mock event server. */
@QuarkusTest
class LambdaTest {
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G'};

    private static ValidatableResponse invoke(String event) {
        return given().contentType("application/json")
                .accept("application/json")
                .body(event)
                .when()
                .post("/")
                .then()
                .statusCode(200);
    }

    @Test
    void anEventIsARequest() {
        String event = "{\"label\": \"boot\", \"seed\": 7, \"count\": 2, \"steps\": 2, \"eta\": null}";
        String png = invoke(event)
                .body("bundle", equalTo("test-32"))
                .body("settings.label", equalTo(9))
                .body("settings.steps", equalTo("2"))
                .body("pictures.seed", equalTo(List.of(7, 8)))
                .extract()
                .path("pictures[1].png");
        assertArrayEquals(PNG, Arrays.copyOf(Base64.getDecoder().decode(png), 4));
        assertEquals(
                png,
                invoke("{\"label\": 9, \"seed\": 8, \"steps\": 2}").extract().path("pictures[0].png"));
    }

    /** As Lambda's Java runtime calls it. */
    @Test
    void theTimeThatLambdaLeavesIsTheDeadline() throws IOException {
        String work = "{\"label\": \"boot\", \"count\": 100, \"steps\": 250}";
        JsonPath late = handle(work, 700);
        assertTrue(List.of("deadline", "too_much_work").contains(late.getString("reason")), late.prettify());
        assertEquals(1, handle("{\"steps\": 2}", 60_000).getList("pictures").size());
        assertEquals("bad_input", handle("[1]", 60_000).getString("reason"));
    }

    private static JsonPath handle(String event, int remainingMillis) throws IOException {
        Context context = (Context) Proxy.newProxyInstance(
                Context.class.getClassLoader(),
                new Class<?>[] {Context.class},
                (proxy, method, arguments) ->
                        method.getName().equals("getRemainingTimeInMillis") ? remainingMillis : null);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        new SampleHandler(FunqyLambdaBindingRecorder::handle)
                .handleRequest(new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)), answer, context);
        return new JsonPath(answer.toString(StandardCharsets.UTF_8));
    }

    @Test
    void allFieldsMayBeLeftOut() {
        invoke("{}").body("settings.steps", equalTo("ddim25")).body("pictures.size()", equalTo(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"label\": 99}     | label must be a number from 0 to 9",
                "{\"labl\": 1}       | There is no field 'labl'",
                "{\"label\": [1, 2]} | Field 'label' must be one number or text",
                "[1]                 | The event must be a JSON object",
            })
    void whatIsWrongIsOneSentence(String event, String expected) {
        invoke(event).body("error", startsWith(expected)).body("reason", equalTo("bad_input"));
    }
}
