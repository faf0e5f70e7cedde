package io.adm4j.function.inference;

import io.adm4j.function.http.Admission;
import io.adm4j.function.http.BodyType;
import io.adm4j.function.http.Door;
import io.adm4j.function.http.DoorPath;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.stream.Stream;

/** The paths of the Open Inference Protocol. */
@ApplicationScoped
public class InferenceDoor implements Door {
    /** Media type of bodies with tensors as bytes. */
    static final String BINARY = "application/octet-stream";

    private static final Admission INFER = request -> {
        Admission.noFields().check(request);
        BodyType.require(request, BodyType.JSON, BINARY);
    };
    private static final String MODEL = "/v2/models/{name}";
    private static final String VERSION = MODEL + "/versions/{version}";

    @Override
    public List<DoorPath> paths() {
        Stream<DoorPath> read = Stream.of(
                        "/v2",
                        "/v2/",
                        "/v2/health/live",
                        "/v2/health/ready",
                        MODEL,
                        MODEL + "/ready",
                        VERSION,
                        VERSION + "/ready")
                .map(path -> DoorPath.of(path).get(Admission.noFields().giving(BodyType.JSON)));
        Stream<DoorPath> infer = Stream.of(MODEL, VERSION)
                .map(path -> DoorPath.of(path + "/infer").post(INFER.giving(BodyType.JSON, BINARY)));
        return Stream.concat(read, infer).toList();
    }
}
