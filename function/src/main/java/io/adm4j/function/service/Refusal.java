package io.adm4j.function.service;

import java.time.Duration;
import java.util.Optional;

/** A request that is not served; the message is one sentence for the client, which each door passes on in its own form. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why a request is not served. */
    public enum Reason {
        /** A field is not allowed or has a value that is not. */
        BAD_INPUT,
        /** The client already has as many requests under way as one may have. */
        CLIENT_LIMIT,
        /** The queue is full. */
        BUSY,
        /** The request asks for more work than fits into its time. */
        TOO_MUCH_WORK,
        /** The deadline passed before the images were done. */
        DEADLINE,
        /** The function stops. */
        STOPPING,
        /** The client hung up; nobody reads this refusal. */
        CANCELLED,
        /** A network failed, or gave NaN or infinity. */
        FAILED
    }

    private final Reason reason;
    private final transient Optional<Duration> retryAfter;
    private final transient Optional<String> token;

    private Refusal(Reason reason, String message, Optional<Duration> retryAfter, Optional<String> token) {
        // A refused request is no defect: its stack trace has no use and costs time.
        super(message, null, false, false);
        this.reason = reason;
        this.retryAfter = retryAfter;
        this.token = token;
    }

    /** A refusal of a reason. */
    public static Refusal of(Reason reason, String message) {
        return new Refusal(reason, message, Optional.empty(), Optional.empty());
    }

    /** A field is not allowed or has a value that is not. */
    public static Refusal badInput(String message) {
        return of(Reason.BAD_INPUT, message);
    }

    /** The same refusal of a request that may succeed after some time. */
    public Refusal retryAfter(Duration time) {
        return new Refusal(reason, message(), Optional.of(time), token);
    }

    /** The same refusal of a request that may be continued with a token. */
    public Refusal continuedBy(String continuation) {
        return new Refusal(reason, message(), retryAfter, Optional.of(continuation));
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }

    /** The sentence for the client. */
    public String message() {
        return String.valueOf(getMessage());
    }

    /** When the same request may succeed, if time helps. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /** What continues the request where it was stopped, if it can be continued. */
    public Optional<String> token() {
        return token;
    }
}
