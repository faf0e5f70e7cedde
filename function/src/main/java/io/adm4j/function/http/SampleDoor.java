package io.adm4j.function.http;

import io.adm4j.function.service.SampleQuery;
import io.adm4j.function.service.SamplingService;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The paths of plain sampling over HTTP. */
@ApplicationScoped
public class SampleDoor implements Door {
    static final String FUNCTION = "/sample";
    static final String IMAGE = "/sample.png";
    static final String STREAM = "/sample/stream";
    static final String MODEL = "/model";

    private static final String PNG = "image/png";
    private static final String EVENTS = "text/event-stream";

    private final SamplingService sampling;

    @Inject
    SampleDoor(SamplingService sampling) {
        this.sampling = sampling;
    }

    @Override
    public List<DoorPath> paths() {
        return List.of(
                DoorPath.of(FUNCTION)
                        .get(query(BodyType.JSON, false))
                        .post(((Admission) SampleFields::checkBody).giving(BodyType.JSON)),
                DoorPath.of(IMAGE).get(query(PNG, true)),
                DoorPath.of(STREAM).get(stream()),
                DoorPath.of(MODEL).get(Admission.noFields().giving(BodyType.JSON)));
    }

    private static Admission stream() {
        Admission check = request -> {
            SampleFields.checkQuery(request, SampleStream.FIELDS);
            answerHead(request, EVENTS);
        };
        return check.giving(EVENTS);
    }

    private Admission query(String type, boolean exact) {
        Admission check = request -> {
            SampleFields.checkQuery(request);
            Map<String, String> fields = new HashMap<>();
            request.queryParams().forEach(field -> fields.put(field.getKey(), field.getValue()));
            SampleQuery query = sampling.check(Clients.fields(fields, request));
            Clients.keep(request, query);
            SampleCaching.apply(request, query, sampling.bundles(), exact);
            answerHead(request, type);
        };
        return check.giving(type);
    }

    /** A HEAD is answered before the handlers: it needs no sampling. */
    private static void answerHead(RoutingContext request, String type) {
        if (request.request().method().equals(HttpMethod.HEAD)
                && !request.response().ended()) {
            request.response().putHeader("Content-Type", type).end();
        }
    }
}
