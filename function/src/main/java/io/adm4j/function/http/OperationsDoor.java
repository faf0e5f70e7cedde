package io.adm4j.function.http;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.stream.Stream;

/** The paths of operations, which Quarkus or the package {@code operations} answer. */
@ApplicationScoped
public class OperationsDoor implements Door {
    private static final Admission ANY = request -> {};

    @Override
    public List<DoorPath> paths() {
        return Stream.of(
                        "/q/health",
                        "/q/health/live",
                        "/q/health/ready",
                        "/q/health/started",
                        "/q/metrics",
                        "/q/openapi")
                .map(path -> DoorPath.of(path).get(ANY))
                .toList();
    }
}
