package io.adm4j.function.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.adm4j.feedback.Quoted;
import io.adm4j.function.service.Refusal;
import io.adm4j.function.service.SampleQuery;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Turns every error into one sentence in JSON, {@code {"error": "..."}}.
 *
 * <p>Funqy turns each exception into a bare 500 and ignores unknown fields; so requests are validated before they reach it,
 * and its failures are handled here.
 */
@ApplicationScoped
public class HttpErrors {
    private static final Logger LOG = Logger.getLogger(HttpErrors.class);
    private static final String FUNCTION = "/sample";
    private static final String IMAGE = "/sample.png";
    private static final String MODEL = "/model";
    private static final String OPERATIONS = "/q/";
    /** Before all routes of Quarkus but after the one that reads the body. */
    private static final int BEFORE_FUNCTIONS = -1000;

    private final ObjectMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    void install(@Observes Router router) {
        router.route("/*").order(BEFORE_FUNCTIONS).handler(this::validate).failureHandler(this::respond);
    }

    /** Rejects what Funqy and REST would misread; the values of the fields are checked by the function. */
    private void validate(RoutingContext request) {
        String path = request.request().path();
        HttpMethod method = request.request().method();
        if (path.equals(FUNCTION) || path.equals(IMAGE)) {
            if (method.equals(HttpMethod.GET)) {
                validateQuery(request);
            } else if (method.equals(HttpMethod.POST) && path.equals(FUNCTION)) {
                validateBody(request);
            } else {
                throw HttpException.badMethod(path.equals(FUNCTION) ? "GET, POST" : "GET");
            }
        } else if (path.equals(MODEL)) {
            requireRead(method);
        } else if (!path.startsWith(OPERATIONS)) {
            throw HttpException.notFound(
                    "There is nothing at " + Quoted.of(path) + ": use " + FUNCTION + " or " + IMAGE + ".");
        }
        request.next();
    }

    private static void requireRead(HttpMethod method) {
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            throw HttpException.badMethod("GET, HEAD");
        }
    }

    private void validateQuery(RoutingContext request) {
        MultiMap fields = request.queryParams();
        for (String name : fields.names()) {
            // Here, since Funqy takes dots in names for nesting.
            SampleQuery.checkName(name);
            List<String> values = fields.getAll(name);
            if (values.size() > 1) {
                throw Refusal.badInput(
                        Quoted.of(name) + " is given " + values.size() + " times, but each field may be given once.");
            }
        }
    }

    private void validateBody(RoutingContext request) {
        if (request.request().query() != null) {
            throw Refusal.badInput("A POST takes its fields from the JSON body, not from the query.");
        }
        if (request.body().length() <= 0) {
            return;
        }
        for (Map.Entry<String, JsonNode> field : body(request).properties()) {
            if (field.getValue().isContainerNode()) {
                throw Refusal.badInput(
                        "Field " + Quoted.of(field.getKey()) + " must be one number or text, not an array or object.");
            }
        }
    }

    private JsonNode body(RoutingContext request) {
        JsonNode body;
        try {
            body = json.readTree(request.body().buffer().getBytes());
        } catch (IOException e) {
            throw Refusal.badInput("The body is no JSON" + place(e) + ".");
        }
        if (!body.isObject()) {
            throw Refusal.badInput("The body must be a JSON object such as {\"label\": \"boot\", \"seed\": 1}.");
        }
        return body;
    }

    private static String place(IOException e) {
        if (e instanceof JsonProcessingException json && json.getLocation() != null) {
            return ": it cannot be read at line " + json.getLocation().getLineNr() + ", column "
                    + json.getLocation().getColumnNr();
        }
        return "";
    }

    private void respond(RoutingContext request) {
        if (request.response().ended() || request.response().closed()) {
            return;
        }
        HttpException problem = problem(request.failure());
        if (problem == null) {
            problem = unexpected(request);
        }
        problem.headers().forEach(request.response()::putHeader);
        request.response()
                .setStatusCode(problem.status())
                .putHeader("Content-Type", "application/json")
                .end(json.createObjectNode().put("error", problem.getMessage()).toString());
    }

    private static @Nullable HttpException problem(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof HttpException found) {
                return found;
            }
            if (t instanceof Refusal refusal) {
                return HttpException.of(refusal);
            }
        }
        return null;
    }

    /** A failure from the framework, or an internal error. */
    private static HttpException unexpected(RoutingContext request) {
        int status = request.statusCode();
        if (status == 413) {
            return HttpException.tooLarge("The body is too large: it holds a few short fields.");
        }
        if (status >= 400 && status < 500) {
            return HttpException.of(Refusal.badInput("The request cannot be read (" + status + ")."));
        }
        LOG.error("A request failed.", request.failure());
        return HttpException.failed("The function failed; its log says why.");
    }
}
