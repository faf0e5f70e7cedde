package io.adm4j.function.http;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Counts requests by path and method only where both exist and the status depends on them. Each other combination that a
 * client thinks of would be a meter that is kept forever.
 */
@ApplicationScoped
public class RequestTags {
    private static final String METERS = "http.server.";
    private static final String ERRORS = METERS + "errors";
    private static final String URI = "uri";
    private static final String METHOD = "method";
    private static final String STATUS = "status";
    private static final String OTHER = "other";

    /** The path of the page as Quarkus calls it. */
    private static final String ROOT = "root";

    /** What else Quarkus calls paths that it does not name. */
    private static final Set<String> UNNAMED = Set.of("NOT_FOUND", "REDIRECTION", "UNKNOWN");

    /** Refusals of requests that no path takes: their form is wrong, or the path does not exist. */
    private static final Set<String> OF_NO_PATH = Set.of("404", "405", "406", "408", "413", "414", "415", "431");

    @Inject
    @All
    List<Door> doors;

    @Produces
    @Singleton
    MeterFilter known() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                if (id.getName().equals(ERRORS)) {
                    // By class of exception, of which broken requests cause dozens.
                    return id.replaceTags(Tags.empty());
                }
                return id.getName().startsWith(METERS) && id.getTag(URI) != null ? known(id) : id;
            }
        };
    }

    private Meter.Id known(Meter.Id id) {
        String uri = Objects.requireNonNull(id.getTag(URI));
        String method = id.getTag(METHOD);
        Optional<DoorPath> path = OF_NO_PATH.contains(id.getTag(STATUS)) ? Optional.empty() : path(uri);
        Tags tags = Tags.of(id.getTags()).and(URI, path.map(RequestTags::name).orElse(unknown(uri)));
        if (method != null) {
            tags = tags.and(METHOD, path.isPresent() && takes(path.get(), method) ? method : OTHER);
        }
        return id.replaceTags(tags);
    }

    private Optional<DoorPath> path(String uri) {
        String sent = uri.equals(ROOT) ? "/" : uri;
        return doors.stream()
                .flatMap(door -> door.paths().stream())
                .filter(door -> door.template().equals(sent) || door.matches(sent))
                .reduce(DoorPath::and);
    }

    private static boolean takes(DoorPath path, String method) {
        return path.methods().keySet().stream().anyMatch(known -> known.name().equals(method));
    }

    private static String name(DoorPath path) {
        return path.template().equals("/") ? ROOT : path.template();
    }

    private static String unknown(String uri) {
        return UNNAMED.contains(uri) ? uri : OTHER;
    }
}
