package io.adm4j.export.importer;

import io.adm4j.feedback.UserError;

/** A checkpoint that cannot be read, or does not fit a network; the message is one sentence for the user. */
public final class CheckpointException extends UserError {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
