package io.adm4j.function.http;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;

/**
 * Counts requests by path and method only where both exist. Each other combination that a client thinks of would be a meter
 * that is kept forever.
 */
@ApplicationScoped
public class RequestTags {
    private static final String METERS = "http.server.";
    private static final String OTHER = "other";
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");

    /** What Quarkus calls paths that it does not name. */
    private static final Set<String> UNNAMED = Set.of("root", "NOT_FOUND", "REDIRECTION", "UNKNOWN");

    @Inject
    @All
    List<Door> doors;

    @Produces
    @Singleton
    MeterFilter known() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                return id.getName().startsWith(METERS)
                        ? id.replaceTags(id.getTags().stream()
                                .map(RequestTags.this::known)
                                .toList())
                        : id;
            }
        };
    }

    private Tag known(Tag tag) {
        return switch (tag.getKey()) {
            case "method" -> METHODS.contains(tag.getValue()) ? tag : Tag.of("method", OTHER);
            case "uri" -> UNNAMED.contains(tag.getValue()) ? tag : Tag.of("uri", template(tag.getValue()));
            default -> tag;
        };
    }

    private String template(String path) {
        return doors.stream()
                .flatMap(door -> door.paths().stream())
                .filter(door -> door.template().equals(path) || door.matches(path))
                .map(DoorPath::template)
                .findFirst()
                .orElse(OTHER);
    }
}
