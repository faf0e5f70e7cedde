package io.adm4j.harness.data;

/** An image file that cannot be used; the message is a clause without its name: "it is truncated". */
final class UnreadableImageException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableImageException(String reason) {
        super(reason);
    }

    UnreadableImageException(String reason, Throwable cause) {
        super(reason, cause);
    }

    static UnreadableImageException truncated() {
        return new UnreadableImageException("it is truncated");
    }
}
