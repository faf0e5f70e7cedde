package io.adm4j.function.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.adm4j.feedback.Quoted;
import io.adm4j.function.service.JsonFields;
import io.adm4j.function.service.Refusal;
import io.adm4j.function.service.SampleQuery;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.List;

/** Rejects what Funqy and REST would misread in a request's fields; their values are checked by the function. */
final class SampleFields {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** Bytes of a body without a token. */
    private static final int LONGEST = 16 << 10;

    private SampleFields() {}

    /** The fields of a GET. */
    static void checkQuery(RoutingContext request) {
        checkQuery(request, List.of());
    }

    /**
     * The fields of a GET.
     *
     * @param more fields that this path has besides those of all
     */
    static void checkQuery(RoutingContext request, List<String> more) {
        BodyType.requireNone(request);
        MultiMap fields = request.queryParams();
        for (String name : fields.names()) {
            // Here, since Funqy takes dots in names for nesting.
            if (!more.contains(name)) {
                SampleQuery.checkName(name);
            }
            if (name.equals(SampleQuery.TOKEN)) {
                throw Refusal.badInput("token must be in the JSON body of a POST: it is too long for a query.");
            }
            List<String> values = fields.getAll(name);
            if (values.size() > 1) {
                throw Refusal.badInput(
                        Quoted.of(name) + " is given " + values.size() + " times, but each field may be given once.");
            }
        }
    }

    /** The fields of a POST. */
    static void checkBody(RoutingContext request) {
        if (request.request().query() != null) {
            throw Refusal.badInput("A POST takes its fields from the JSON body, not from the query.");
        }
        BodyType.require(request, BodyType.JSON);
        if (request.body().length() <= 0) {
            return;
        }
        JsonNode body = json(request);
        if (request.body().length() > LONGEST && !body.has(SampleQuery.TOKEN)) {
            throw HttpException.tooLarge("The body is too large: without a token it holds a few short fields.");
        }
    }

    /**
     * The body as an object whose fields are one value each; an empty one if there is no body.
     *
     * @throws Refusal if it is something else
     */
    static JsonNode json(RoutingContext request) {
        if (request.body().length() <= 0) {
            return JSON.createObjectNode();
        }
        try {
            JsonNode body = JSON.readTree(request.body().buffer().getBytes());
            JsonFields.requireObject(body, "The body");
            JsonFields.requireValues(body);
            return body;
        } catch (IOException e) {
            throw Refusal.badInput("The body is no JSON" + place(e) + ".");
        }
    }

    private static String place(IOException e) {
        if (e instanceof JsonProcessingException json && json.getLocation() != null) {
            return ": it cannot be read at line " + json.getLocation().getLineNr() + ", column "
                    + json.getLocation().getColumnNr();
        }
        return "";
    }
}
