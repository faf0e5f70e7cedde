package io.adm4j.function.http;

import io.vertx.core.http.HttpMethod;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** The paths of plain sampling over HTTP. */
@ApplicationScoped
public class SampleDoor implements Door {
    static final String FUNCTION = "/sample";
    static final String IMAGE = "/sample.png";
    static final String MODEL = "/model";

    @Override
    public List<DoorPath> paths() {
        return List.of(
                DoorPath.of(FUNCTION).get(query("application/json")).post(SampleFields::checkBody),
                DoorPath.of(IMAGE).get(query("image/png")),
                DoorPath.of(MODEL).get(Admission.noFields()));
    }

    /** A HEAD is answered here: it needs no sampling. */
    private static Admission query(String type) {
        return request -> {
            SampleFields.checkQuery(request);
            if (request.request().method().equals(HttpMethod.HEAD)) {
                request.response().putHeader("Content-Type", type).end();
            }
        };
    }
}
