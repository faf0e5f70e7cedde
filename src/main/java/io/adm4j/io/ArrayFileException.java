package io.adm4j.io;

import io.adm4j.feedback.UserError;
import org.jspecify.annotations.Nullable;

/** An array file cannot be read or written as asked; the message is one sentence for the user and names the file. */
public final class ArrayFileException extends UserError {
    private static final long serialVersionUID = 1L;

    public ArrayFileException(String message) {
        super(message);
    }

    public ArrayFileException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
