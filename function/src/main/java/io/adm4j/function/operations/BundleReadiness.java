package io.adm4j.function.operations;

import io.adm4j.function.service.SamplingService;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready once the bundle is loaded, until the function stops. Asynchronous, so that no worker thread is needed. */
@Readiness
@Singleton
public class BundleReadiness implements AsyncHealthCheck {
    private final SamplingService sampling;

    @Inject
    BundleReadiness(SamplingService sampling) {
        this.sampling = sampling;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("bundle")
                .status(sampling.ready())
                .withData("name", sampling.bundles().base().name());
        sampling.bundles().upsampler().ifPresent(upsampler -> response.withData("upsampler", upsampler.name()));
        return Uni.createFrom().item(response.build());
    }
}
