package io.adm4j.function.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a request is called in logs, here and where it comes from.
 *
 * @param id of the header {@code X-Request-Id}, else the trace, else made here
 * @param trace of the header {@code traceparent} (W3C Trace Context), if there is a valid one
 */
record RequestId(String id, Optional<String> trace) {
    static final String HEADER = "X-Request-Id";
    /** What can neither break a log line nor fill it. */
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._:/+=@-]{1,128}");

    private static final Pattern TRACE_PARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    static RequestId of(HttpServerRequest request) {
        Optional<String> trace = Optional.ofNullable(request.getHeader("traceparent"))
                .map(TRACE_PARENT::matcher)
                .filter(Matcher::matches)
                .map(parent -> parent.group(1));
        return new RequestId(
                Optional.ofNullable(request.getHeader(HEADER))
                        .filter(id -> SANE.matcher(id).matches())
                        .or(() -> trace)
                        .orElseGet(() -> UUID.randomUUID().toString()),
                trace);
    }
}
