package io.adm4j.function.event;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.adm4j.feedback.Quoted;
import io.adm4j.function.http.BodyType;
import io.adm4j.function.http.Door;
import io.adm4j.function.http.DoorPath;
import io.adm4j.function.service.Refusal;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** The path of events. What is no event at all is refused here; what is wrong in its data is the function's to answer. */
@ApplicationScoped
public class EventDoor implements Door {
    private static final String STRUCTURED = "application/cloudevents+json";
    private static final List<String> REQUIRED = List.of("id", "source", "type", "specversion");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    @Override
    public List<DoorPath> paths() {
        return List.of(DoorPath.of("/").post(EventDoor::check));
    }

    private static void check(RoutingContext request) {
        BodyType.require(request, STRUCTURED, BodyType.JSON);
        HttpServerRequest http = request.request();
        String type = http.getHeader("Content-Type");
        boolean structured = type != null && type.toLowerCase(Locale.ROOT).startsWith(STRUCTURED);
        JsonNode body = parse(request, structured);
        for (String attribute : REQUIRED) {
            String value = structured ? body.path(attribute).textValue() : http.getHeader("ce-" + attribute);
            if (value == null || value.isBlank()) {
                throw Refusal.badInput("The event must have the attribute " + attribute
                        + ", as a header with the prefix ce- or, in " + STRUCTURED + ", as a member.");
            }
            check(attribute, value);
        }
    }

    private static void check(String attribute, String value) {
        if (attribute.equals("specversion") && !value.equals("1.0")) {
            throw Refusal.badInput("The specversion of the event must be 1.0, not " + Quoted.of(value) + ".");
        }
        if (attribute.equals("type") && !value.equals(EventFunction.REQUEST)) {
            throw Refusal.badInput(
                    "The type of the event must be " + EventFunction.REQUEST + ", not " + Quoted.of(value) + ".");
        }
    }

    private static JsonNode parse(RoutingContext request, boolean structured) {
        if (request.body().length() <= 0) {
            if (structured) {
                throw Refusal.badInput("The body must be a JSON object with the event.");
            }
            return JSON.nullNode();
        }
        JsonNode body;
        try {
            body = JSON.readTree(request.body().buffer().getBytes());
        } catch (IOException e) {
            throw Refusal.badInput("The body is no JSON.");
        }
        if (structured && !body.isObject()) {
            throw Refusal.badInput("The body must be a JSON object with the event.");
        }
        return body;
    }
}
