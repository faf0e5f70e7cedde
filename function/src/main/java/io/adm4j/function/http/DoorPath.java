package io.adm4j.function.http;

import io.vertx.core.http.HttpMethod;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A path that exists, and the methods that it takes. Where there is GET, there is HEAD, with the same check; every path takes
 * OPTIONS.
 *
 * @param template the path; {@code {name}} stands for any one segment, and a last {@code *} for any rest
 * @param methods the check of each method
 * @param keyless whether it needs no API key, as what one has to see before one can give a key
 */
public record DoorPath(String template, Map<HttpMethod, Admission> methods, boolean keyless) {
    public DoorPath {
        methods = Map.copyOf(methods);
    }

    /** A path without a method. */
    public static DoorPath of(String template) {
        return new DoorPath(template, Map.of(), false);
    }

    /** The same path that takes GET and HEAD too. */
    public DoorPath get(Admission check) {
        return with(HttpMethod.HEAD, check).with(HttpMethod.GET, check);
    }

    /** The same path that takes POST too. */
    public DoorPath post(Admission check) {
        return with(HttpMethod.POST, check);
    }

    /** The same path, which needs no API key and does not count for the limit of its client. */
    public DoorPath withoutKey() {
        return new DoorPath(template, methods, true);
    }

    private DoorPath with(HttpMethod method, Admission check) {
        Map<HttpMethod, Admission> more = new HashMap<>(methods);
        more.put(method, check);
        return new DoorPath(template, more, keyless);
    }

    /** The same path with the methods that another door takes on it. */
    DoorPath and(DoorPath other) {
        Map<HttpMethod, Admission> all = new HashMap<>(other.methods);
        all.putAll(methods);
        return new DoorPath(template, all, keyless && other.keyless);
    }

    /** Whether a path, as it was sent, is this one. */
    boolean matches(String path) {
        List<String> wanted = List.of(template.split("/", -1));
        List<String> sent = List.of(path.split("/", -1));
        boolean open = wanted.get(wanted.size() - 1).equals("*");
        int fixed = open ? wanted.size() - 1 : wanted.size();
        if (open ? sent.size() < wanted.size() : sent.size() != wanted.size()) {
            return false;
        }
        for (int i = 0; i < fixed; i++) {
            boolean any = wanted.get(i).startsWith("{") && !sent.get(i).isEmpty();
            if (!any && !wanted.get(i).equals(sent.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** The check of a method, if the path takes it. */
    Optional<Admission> check(HttpMethod method) {
        return Optional.ofNullable(methods.get(method));
    }

    /** The methods that it takes, as the header {@code Allow} lists them. */
    String allowed() {
        TreeSet<String> names =
                methods.keySet().stream().map(HttpMethod::name).collect(Collectors.toCollection(TreeSet::new));
        names.add(HttpMethod.OPTIONS.name());
        return String.join(", ", names);
    }
}
