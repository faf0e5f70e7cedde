package io.adm4j.function.http;

import io.adm4j.function.service.SamplingService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/** The paths of restoring images over HTTP. */
@ApplicationScoped
public class RestoreDoor implements Door {
    static final String FUNCTION = "/restore";
    static final String IMAGE = "/restore.png";
    static final String PNG = "image/png";

    private final SamplingService sampling;

    @Inject
    RestoreDoor(SamplingService sampling) {
        this.sampling = sampling;
    }

    @Override
    public List<DoorPath> paths() {
        Admission json = request -> RestoreBody.checkJson(request, sampling.longestRestoreBody());
        Admission any = request -> RestoreBody.check(request, sampling.longestRestoreBody());
        return List.of(
                DoorPath.of(FUNCTION).post(json.giving(BodyType.JSON)),
                DoorPath.of(IMAGE).post(any.giving(PNG)));
    }
}
