package io.adm4j.harness.data;

import io.adm4j.feedback.UserError;

/** One image of a dataset turned out to be damaged; the others can be used. */
public final class DamagedImageException extends UserError {
    private static final long serialVersionUID = 1L;

    DamagedImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
