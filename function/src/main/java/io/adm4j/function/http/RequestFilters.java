package io.adm4j.function.http;

import io.adm4j.function.security.ApiKeys;
import io.adm4j.function.security.ClientLimit;
import io.adm4j.function.service.FunctionConfig;
import io.adm4j.function.service.ServiceMetrics;
import io.quarkus.arc.All;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** What every request passes before anything else, its body included: response headers, log, client, time for the body. */
@Singleton
public class RequestFilters {
    private static final Logger LOG = Logger.getLogger(RequestFilters.class);
    /** Before the route that reads the body. */
    private static final int FIRST = Integer.MIN_VALUE;
    /** Set in builds with OpenID Connect alone. */
    private static final String TOKENS = "quarkus.oidc.tenant-enabled";

    private final OpenRequests open;
    private final ApiKeys keys;
    private final RequestLog log;
    private final ClientFilter clients;
    private final BodyTimeout bodies;

    @Inject
    RequestFilters(
            FunctionConfig config,
            OpenRequests open,
            ApiKeys keys,
            ServiceMetrics metrics,
            @All List<Door> doors,
            Vertx vertx,
            @ConfigProperty(name = "quarkus.http.read-timeout") Duration readTimeout) {
        this.open = open;
        this.keys = keys;
        log = new RequestLog(config.accessLog());
        clients = new ClientFilter(
                keys,
                new ClientLimit(config.clientLimit()),
                metrics,
                doors.stream()
                        .flatMap(door -> door.paths().stream())
                        .filter(DoorPath::keyless)
                        .toList());
        bodies = new BodyTimeout(vertx, readTimeout);
    }

    void start(@Observes StartupEvent event) {
        if (keys.required()) {
            LOG.infof("API keys: %d.", keys.count());
        } else if (ConfigProvider.getConfig()
                .getOptionalValue(TOKENS, Boolean.class)
                .orElse(false)) {
            LOG.info("API keys: off; requests need a token of the OpenID Connect provider.");
        } else {
            LOG.info("API keys: off, so everybody who reaches the port may sample; adm4j.api-keys-file sets them.");
        }
    }

    void install(@Observes Router router) {
        router.route()
                .order(FIRST)
                .handler(open::begin)
                .handler(ResponseHeaders::add)
                .handler(log::begin)
                .handler(clients::admit)
                .handler(bodies::limit);
    }

    void install(@Observes ManagementInterface management) {
        management.router().route().order(FIRST).handler(ResponseHeaders::add);
    }
}
