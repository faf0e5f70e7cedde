package io.adm4j.function.http;

import io.adm4j.function.service.SampleAnswer;
import io.adm4j.function.service.SampleQuery;
import io.adm4j.function.service.SampleResult;
import io.adm4j.function.service.Submission;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What clients say besides their fields: by a header how long they wait, and by hanging up that they no longer do. */
public final class Clients {
    /** As the field {@code deadlineMs}, for clients and proxies that set headers alone. */
    static final String DEADLINE = "Adm4j-Deadline-Ms";

    private static final String QUERY = "adm4j.query";

    private Clients() {}

    /** Keeps the query of a request that has been checked, so that its handler need not check it again. */
    static void keep(RoutingContext request, SampleQuery query) {
        request.put(QUERY, query);
    }

    /** The query of a request that has been checked. */
    static Optional<SampleQuery> checked(RoutingContext request) {
        return Optional.ofNullable(request.get(QUERY));
    }

    /** The fields of a request, with the deadline from its header unless a field names one. */
    public static Map<String, String> fields(Map<String, String> fields, RoutingContext request) {
        String deadline = request.request().getHeader(DEADLINE);
        if (deadline == null || fields.get("deadlineMs") != null) {
            return fields;
        }
        Map<String, String> all = new HashMap<>(fields);
        all.put("deadlineMs", deadline);
        return all;
    }

    /** The images, when they are there, of a request that is not suspended; the work ends when the client hangs up. */
    public static Uni<SampleResult> result(Submission<SampleAnswer> submission, RoutingContext request) {
        return answer(submission, request).map(SampleResult.class::cast);
    }

    /** The answer, when it is there; the work ends when the client hangs up. */
    public static <A> Uni<A> answer(Submission<A> submission, RoutingContext request) {
        request.addEndHandler(sent -> {
            if (sent.failed()) {
                submission.cancel();
            }
        });
        if (request.response().closed()) {
            submission.cancel();
        }
        return Uni.createFrom().completionStage(submission.answer());
    }
}
