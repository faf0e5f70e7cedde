package io.adm4j.function;

import java.util.Map;

/** An HTTP error response; the message is one sentence for the client. */
final class HttpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<String, String> headers;

    private HttpException(int status, String message, Map<String, String> headers) {
        // A bad request is no defect: its stack trace has no use and costs time.
        super(message, null, false, false);
        this.status = status;
        this.headers = headers;
    }

    /** 400: a field is not allowed or has a value that is not. */
    static HttpException badInput(String message) {
        return new HttpException(400, message, Map.of());
    }

    /** 404: the path does not exist. */
    static HttpException notFound(String message) {
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

    /** 413: the body is too large. */
    static HttpException tooLarge(String message) {
        return new HttpException(413, message, Map.of());
    }

    /** 500: an internal error. */
    static HttpException failed(String message) {
        return new HttpException(500, message, Map.of());
    }

    /** 503: the queue is full, or the function is stopping. */
    static HttpException busy(String message) {
        return new HttpException(503, message, Map.of("Retry-After", "1"));
    }

    /** The HTTP status. */
    int status() {
        return status;
    }

    /** Additional response headers. */
    Map<String, String> headers() {
        return headers;
    }
}
