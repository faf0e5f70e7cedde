package io.adm4j.runtime;

import io.adm4j.feedback.UserError;

/** ONNX Runtime could not do what was asked; the message is one sentence for the user. */
public final class RuntimeFailure extends UserError {
    private static final long serialVersionUID = 1L;

    public RuntimeFailure(String message) {
        super(message);
    }

    public RuntimeFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
