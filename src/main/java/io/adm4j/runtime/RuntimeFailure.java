package io.adm4j.runtime;

import io.adm4j.feedback.UserError;

/**
 * ONNX Runtime cannot be used as requested, and the user can change that: the device is missing, a file cannot be read or
 * is no graph that it runs, memory is short, or the build lacks training. The message is one sentence that says what to
 * change.
 *
 * <p>A graph that was loaded and then fails is a {@link GraphFailure}.
 */
public final class RuntimeFailure extends UserError {
    private static final long serialVersionUID = 1L;

    public RuntimeFailure(String message) {
        super(message);
    }

    public RuntimeFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
