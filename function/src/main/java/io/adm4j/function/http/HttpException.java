package io.adm4j.function.http;

import io.adm4j.function.service.Refusal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** An HTTP error response; the message is one sentence for the client. */
public final class HttpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<String, String> headers;
    private final transient Optional<String> token;

    private HttpException(int status, String message, Map<String, String> headers) {
        this(status, message, headers, Optional.empty());
    }

    private HttpException(int status, String message, Map<String, String> headers, Optional<String> token) {
        // A bad request is no defect: its stack trace has no use and costs time.
        super(message, null, false, false);
        this.status = status;
        this.headers = headers;
        this.token = token;
    }

    /** The response to a request that the service refuses. */
    static HttpException of(Refusal refusal) {
        Map<String, String> headers = new LinkedHashMap<>();
        refusal.retryAfter()
                .ifPresent(time -> headers.put("Retry-After", String.valueOf(Math.max(1, time.toSeconds()))));
        return new HttpException(status(refusal.reason()), refusal.message(), headers, refusal.token());
    }

    private static int status(Refusal.Reason reason) {
        return switch (reason) {
            case BAD_INPUT, TOO_MUCH_WORK -> 400;
            case CLIENT_LIMIT -> 429;
            case BUSY, DEADLINE, STOPPING, CANCELLED -> 503;
            case FAILED -> 500;
        };
    }

    /**
     * 401: the request has no API key, or one that does not exist.
     *
     * @param keyed whether it has one
     */
    static HttpException unauthorized(boolean keyed) {
        return new HttpException(
                401,
                keyed
                        ? "This API key or token is not valid: ask whoever runs the function for one."
                        : "This function needs an API key: send the header Authorization: Bearer KEY or X-Api-Key: KEY.",
                Map.of("WWW-Authenticate", "Bearer realm=\"adm4j\"" + (keyed ? ", error=\"invalid_token\"" : "")));
    }

    /** 403: whom the token names may not do this. */
    static HttpException forbidden() {
        return new HttpException(403, "The token does not allow this.", Map.of());
    }

    /** 408: the request did not arrive in time. */
    static HttpException tooSlow(String message) {
        return new HttpException(408, message, Map.of());
    }

    /** 404: the path does not exist. */
    public static HttpException notFound(String message) {
        return new HttpException(404, message, Map.of());
    }

    /**
     * 405: the path does not support the method.
     *
     * @param allowed the methods that it supports
     */
    static HttpException badMethod(String allowed) {
        return new HttpException(405, "This path takes only " + allowed + ".", Map.of("Allow", allowed));
    }

    /** 406: the client does not take what the path gives. */
    static HttpException notAcceptable(String message) {
        return new HttpException(406, message, Map.of());
    }

    /** 412: the client has what a POST would give. */
    static HttpException known(String message) {
        return new HttpException(412, message, Map.of());
    }

    /** 413: the body is too large. */
    static HttpException tooLarge(String message) {
        return new HttpException(413, message, Map.of());
    }

    /** 415: the body is in another form than the path takes. */
    static HttpException badType(String message) {
        return new HttpException(415, message, Map.of());
    }

    /** 500: an internal error. */
    static HttpException failed(String message) {
        return new HttpException(500, message, Map.of());
    }

    /** The HTTP status. */
    int status() {
        return status;
    }

    /** Additional response headers. */
    Map<String, String> headers() {
        return headers;
    }

    /** What continues the request where it was stopped, if it can be continued. */
    Optional<String> token() {
        return token;
    }
}
