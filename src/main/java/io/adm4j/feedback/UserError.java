package io.adm4j.feedback;

import org.jspecify.annotations.Nullable;

/**
 * The input or environment of the user does not allow what was requested. The message is one sentence that says what to
 * change, shown without a stack trace.
 *
 * <p>Any other exception that reaches the user is a defect of the program.
 */
public class UserError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UserError(String message) {
        super(message);
    }

    public UserError(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
