package io.adm4j.function.operations;

import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.quarkus.vertx.http.ManagementInterface;
import io.smallrye.health.SmallRyeHealth;
import io.smallrye.health.SmallRyeHealthReporter;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Health and metrics, on the management port where that is open and on the port of the requests otherwise.
 *
 * <p>Quarkus answers both from the threads that serve requests. Here health is answered by the event loop and metrics by a
 * thread of their own, so that neither waits while all worker threads are busy.
 */
@Singleton
@SuppressWarnings("deprecation") // the registry that Quarkus has
public class OperationsRoutes {
    private static final String HEALTH = "/q/health";
    private static final String METRICS = "/q/metrics";
    /** Before Quarkus' own routes for the same paths, after the checks of requests and, at -200 and -100, of tokens. */
    private static final int BEFORE_QUARKUS = -50;
    /** After them, before the page that Quarkus shows for unknown paths. */
    private static final int AFTER_QUARKUS = 9000;

    private final SmallRyeHealthReporter health;
    private final PrometheusMeterRegistry metrics;
    private final boolean managementPort;
    private final WorkerExecutor scraper;

    @Inject
    OperationsRoutes(
            SmallRyeHealthReporter health,
            PrometheusMeterRegistry metrics,
            Vertx vertx,
            @ConfigProperty(name = "quarkus.management.host-enabled") boolean managementPort) {
        this.health = health;
        this.metrics = metrics;
        this.managementPort = managementPort;
        scraper = vertx.createSharedWorkerExecutor("adm4j-metrics", 1);
    }

    void installOnRequestPort(@Observes Router router) {
        router.route("/q/*").order(AFTER_QUARKUS).handler(request -> request.fail(404));
        if (!managementPort) {
            install(router);
        }
    }

    void installOnManagementPort(@Observes ManagementInterface management) {
        install(management.router());
    }

    private void install(Router router) {
        route(router, HEALTH, health::getHealthAsync);
        route(router, HEALTH + "/live", health::getLivenessAsync);
        route(router, HEALTH + "/ready", health::getReadinessAsync);
        route(router, HEALTH + "/started", health::getStartupAsync);
        router.route(METRICS)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .order(BEFORE_QUARKUS)
                .handler(this::metrics);
    }

    private void route(Router router, String path, Supplier<Uni<SmallRyeHealth>> checks) {
        router.route(path)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .order(BEFORE_QUARKUS)
                .handler(request -> checks.get().subscribe().with(result -> respond(request, result), request::fail));
    }

    private void respond(RoutingContext request, SmallRyeHealth result) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        health.reportHealth(json, result);
        request.response()
                .setStatusCode(result.isDown() ? 503 : 200)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json; charset=UTF-8")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(Buffer.buffer(json.toByteArray()));
    }

    private void metrics(RoutingContext request) {
        String accepted = Optional.ofNullable(request.request().getHeader(HttpHeaders.ACCEPT))
                .orElse("");
        String form = accepted.contains("text/plain") || accepted.contains("text/html")
                ? TextFormat.CONTENT_TYPE_004
                : TextFormat.CONTENT_TYPE_OPENMETRICS_100;
        scraper.executeBlocking(() -> metrics.scrape(form))
                .onSuccess(text -> request.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, form)
                        .end(text))
                .onFailure(request::fail);
    }
}
