package io.adm4j.function;

import java.util.Map;

/** A request that gets an error for an answer; the message is one sentence for the caller. */
final class HttpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<String, String> headers;

    private HttpException(int status, String message, Map<String, String> headers) {
        // Stack traces of bad requests tell nothing and cost time.
        super(message, null, false, false);
        this.status = status;
        this.headers = headers;
    }

    /** The caller asked for something that is not allowed. */
    static HttpException badInput(String message) {
        return new HttpException(400, message, Map.of());
    }

    /** There is nothing at this path. */
    static HttpException notFound(String message) {
        return new HttpException(404, message, Map.of());
    }

    /**
     * The path is right but the method is not.
     *
     * @param allowed the methods that are
     */
    static HttpException badMethod(String allowed) {
        return new HttpException(405, "This path takes only " + allowed + ".", Map.of("Allow", allowed));
    }

    /** The caller sent too much. */
    static HttpException tooLarge(String message) {
        return new HttpException(413, message, Map.of());
    }

    /** Not the caller's fault. */
    static HttpException failed(String message) {
        return new HttpException(500, message, Map.of());
    }

    /** Too many requests wait already, or the function is about to stop. */
    static HttpException busy(String message) {
        return new HttpException(503, message, Map.of("Retry-After", "1"));
    }

    /** The HTTP status. */
    int status() {
        return status;
    }

    /** Headers of the answer beyond the usual. */
    Map<String, String> headers() {
        return headers;
    }
}
