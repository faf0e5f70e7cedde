package io.adm4j.function;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready from when the bundle is loaded until the function stops. */
@Readiness
@ApplicationScoped
public class BundleReadiness implements HealthCheck {
    @Inject
    Sampling sampling;

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("bundle")
                .status(sampling.ready())
                .withData("name", sampling.facts().name())
                .build();
    }
}
