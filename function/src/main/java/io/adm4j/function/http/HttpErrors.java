package io.adm4j.function.http;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.feedback.Quoted;
import io.adm4j.function.service.Refusal;
import io.quarkus.arc.All;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Turns every error into one sentence in JSON, {@code {"error": "..."}}.
 *
 * <p>Funqy turns each exception into a bare 500 and ignores unknown fields; so requests are checked before they reach it, by
 * the {@link DoorPath} that they are for, and its failures are handled here.
 */
@ApplicationScoped
public class HttpErrors {
    private static final Logger LOG = Logger.getLogger(HttpErrors.class);
    private static final String OPERATIONS = "/q/";
    /** Before the route that reads the body. */
    private static final int FIRST = Integer.MIN_VALUE;

    /** Before all routes of Quarkus but after the one that reads the body. */
    private static final int BEFORE_FUNCTIONS = -1000;

    private final JsonMapper json = new JsonMapper();

    @Inject
    @All
    List<Door> doors;

    private List<DoorPath> paths = List.of();

    void install(@Observes Router router) {
        Map<String, DoorPath> byTemplate = new LinkedHashMap<>();
        doors.stream()
                .flatMap(door -> door.paths().stream())
                .forEach(path -> byTemplate.merge(path.template(), path, DoorPath::and));
        paths = List.copyOf(byTemplate.values());
        router.route("/*").order(FIRST).handler(BodyType::prepare);
        router.route("/*").order(BEFORE_FUNCTIONS).handler(this::admit).failureHandler(this::respond);
    }

    /** Admits a request to a path that exists, if its method and fields are allowed. */
    private void admit(RoutingContext request) {
        String path = request.request().path();
        Optional<DoorPath> known = paths.stream().filter(p -> p.matches(path)).findFirst();
        if (known.isPresent()) {
            admit(request, known.get());
        } else if (!path.startsWith(OPERATIONS)) {
            throw HttpException.notFound("There is nothing at " + Quoted.of(path) + ": use " + SampleDoor.FUNCTION
                    + " or " + SampleDoor.IMAGE + "; /q/openapi lists all paths.");
        }
        if (!request.response().ended()) {
            request.next();
        }
    }

    private static void admit(RoutingContext request, DoorPath path) {
        HttpMethod method = request.request().method();
        if (method.equals(HttpMethod.OPTIONS)) {
            request.response()
                    .setStatusCode(204)
                    .putHeader("Allow", path.allowed())
                    .end();
        } else {
            path.check(method)
                    .orElseThrow(() -> HttpException.badMethod(path.allowed()))
                    .check(request);
        }
    }

    private void respond(RoutingContext request) {
        if (request.response().ended() || request.response().closed()) {
            return;
        }
        HttpException problem = problem(request.failure());
        if (problem == null) {
            problem = unexpected(request);
        }
        // Some requests are so malformed that they do not reach the filters.
        ResponseHeaders.set(request.response().headers());
        problem.headers().forEach(request.response()::putHeader);
        request.response()
                .setStatusCode(problem.status())
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(body(problem).toString());
    }

    /** The error as JSON. */
    ObjectNode body(HttpException problem) {
        ObjectNode body = json.createObjectNode().put("error", problem.getMessage());
        problem.token().ifPresent(token -> body.put("token", token));
        return body;
    }

    private static @Nullable HttpException problem(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof HttpException found) {
                return found;
            }
            if (t instanceof Refusal refusal) {
                return HttpException.of(refusal);
            }
            if (t instanceof AuthenticationFailedException || t instanceof UnauthorizedException) {
                return HttpException.unauthorized(true);
            }
            if (t instanceof ForbiddenException) {
                return HttpException.forbidden();
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
        if (status == 404) {
            return HttpException.notFound(
                    "There is nothing at " + Quoted.of(request.request().path()) + ".");
        }
        if (status >= 400 && status < 500) {
            return HttpException.of(Refusal.badInput("The request cannot be read (" + status + ")."));
        }
        if (!request.request().isEnded()) {
            // Anybody can send such a body, so it may not fill the log.
            LOG.debug("A body could not be read.", request.failure());
            return HttpException.of(Refusal.badInput("The body cannot be read: it is cut or malformed."));
        }
        LOG.error("A request failed.", request.failure());
        return HttpException.failed("The function failed; its log says why.");
    }
}
