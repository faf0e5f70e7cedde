package io.adm4j.function.operations;

import io.adm4j.function.service.SamplingService;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** Started once the bundle is loaded and a step of it has run; stays so while the function stops. */
@Startup
@Singleton
public class BundleStartup implements AsyncHealthCheck {
    private final SamplingService sampling;

    @Inject
    BundleStartup(SamplingService sampling) {
        this.sampling = sampling;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return Uni.createFrom()
                .item(HealthCheckResponse.named("bundle")
                        .up()
                        .withData("name", sampling.bundles().base().name())
                        .build());
    }
}
