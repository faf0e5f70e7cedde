package io.adm4j.function.lambda;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Where the service counts. Nobody can read metrics of a Lambda function over HTTP; Lambda counts invocations itself. */
public class LambdaMetrics {
    @Produces
    @Singleton
    MeterRegistry registry() {
        return new SimpleMeterRegistry();
    }
}
