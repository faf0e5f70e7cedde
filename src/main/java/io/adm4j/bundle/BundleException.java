package io.adm4j.bundle;

import io.adm4j.feedback.UserError;

/** A model bundle is damaged, incomplete or cannot be written; the message is one sentence for the user. */
public final class BundleException extends UserError {
    private static final long serialVersionUID = 1L;

    public BundleException(String message) {
        super(message);
    }

    public BundleException(String message, Throwable cause) {
        super(message, cause);
    }
}
