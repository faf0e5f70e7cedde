package io.adm4j.function.http;

import io.adm4j.function.security.ApiKeys;
import io.adm4j.function.security.ClientLimit;
import io.adm4j.function.service.Refusal;
import io.adm4j.function.service.ServiceMetrics;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Admits requests of clients whose key is known and who have not too many under way. Health and some paths of
 * doors need no key.
 */
final class ClientFilter {
    private static final String BEARER = "bearer ";

    private final ApiKeys keys;
    private final ClientLimit limit;
    private final ServiceMetrics metrics;
    private final List<DoorPath> keyless;

    /** @param keyless paths that everybody may read */
    ClientFilter(ApiKeys keys, ClientLimit limit, ServiceMetrics metrics, List<DoorPath> keyless) {
        this.keys = keys;
        this.limit = limit;
        this.metrics = metrics;
        this.keyless = List.copyOf(keyless);
    }

    void admit(RoutingContext request) {
        String path = request.request().path();
        if (isHealth(path) || isKeyless(path, request.request().method())) {
            request.next();
            return;
        }
        if (keys.required()) {
            String key = key(request.request()).orElse(null);
            Optional<String> client = key == null ? Optional.empty() : keys.client(key);
            if (client.isEmpty()) {
                refuse(request, HttpException.unauthorized(key != null));
                return;
            }
            RequestLog.client(request, client.get());
        }
        Optional<Runnable> leave =
                path.startsWith("/q/") ? Optional.of(() -> {}) : limit.enter(RequestLog.client(request));
        if (leave.isEmpty()) {
            metrics.refused(Refusal.Reason.CLIENT_LIMIT);
            refuse(
                    request,
                    HttpException.of(Refusal.of(
                                    Refusal.Reason.CLIENT_LIMIT,
                                    "This client has as many requests under way as it may (" + limit.most()
                                            + "): wait for one of them.")
                            .retryAfter(Duration.ofSeconds(1))));
            return;
        }
        request.addEndHandler(ended -> leave.get().run());
        request.next();
    }

    private boolean isKeyless(String path, HttpMethod method) {
        return keyless.stream()
                .anyMatch(door -> door.matches(path) && door.check(method).isPresent());
    }

    private static boolean isHealth(String path) {
        return path.equals("/q/health") || path.startsWith("/q/health/") || path.startsWith("/v2/health/");
    }

    private static Optional<String> key(HttpServerRequest request) {
        String plain = request.getHeader("X-Api-Key");
        if (plain != null) {
            // The other header may then hold a token of an OpenID Connect provider.
            return Optional.of(plain.strip());
        }
        return Optional.ofNullable(request.getHeader("Authorization"))
                .filter(header -> header.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                .map(header -> header.substring(BEARER.length()).strip());
    }

    private static void refuse(RoutingContext request, HttpException problem) {
        BodyTimeout.hangUpAfterwards(request);
        request.request().resume();
        request.fail(problem);
    }
}
