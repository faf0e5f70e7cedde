package io.adm4j.function.page;

import io.adm4j.function.http.Admission;
import io.adm4j.function.http.Door;
import io.adm4j.function.http.DoorPath;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.stream.Stream;

/** The paths of the page, which Quarkus serves as static files. */
@ApplicationScoped
public class PageDoor implements Door {
    static final List<String> FILES = List.of(
            "/favicon.svg",
            "/page/api.js",
            "/page/app.js",
            "/page/comparison.js",
            "/page/film.js",
            "/page/form.js",
            "/page/key.js",
            "/page/keys.js",
            "/page/page.css",
            "/page/picture.js",
            "/page/single.js",
            "/page/sse.js",
            "/page/state.js",
            "/page/theme.js");

    @Override
    public List<DoorPath> paths() {
        return Stream.concat(Stream.of("/"), FILES.stream())
                .map(path -> DoorPath.of(path).get(file()).withoutKey())
                .toList();
    }

    private static Admission file() {
        return request -> {
            Admission.noFields().check(request);
            // A browser asks each time and is answered 304, so that a new version is seen at once.
            request.response().putHeader("Cache-Control", "no-cache");
        };
    }
}
