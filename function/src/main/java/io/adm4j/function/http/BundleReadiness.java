package io.adm4j.function.http;

import io.adm4j.function.service.SamplingService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready once the bundle is loaded, until the function stops. */
@Readiness
@ApplicationScoped
public class BundleReadiness implements HealthCheck {
    @Inject
    SamplingService sampling;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("bundle")
                .status(sampling.ready())
                .withData("name", sampling.bundles().base().name());
        sampling.bundles().upsampler().ifPresent(upsampler -> response.withData("upsampler", upsampler.name()));
        return response.build();
    }
}
