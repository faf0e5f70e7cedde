package io.adm4j.runtime;

import ai.onnxruntime.OrtException;
import java.util.regex.Pattern;

/**
 * A loaded graph failed while it ran: a defect of the graph or of the code that feeds it, not a mistake of the user.
 * Code that runs graphs given by the user catches it and reports which files do not fit together.
 */
public final class GraphFailure extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private static final Pattern OUT_OF_MEMORY =
            Pattern.compile("(?i)failed to allocate memory|out of memory|bad_alloc|memory_?allocation|alloc_failed");

    private GraphFailure(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * The failure of a run: of this class, or a {@link RuntimeFailure} where memory was short.
     *
     * @param what beginning of the message: "The graph failed"
     */
    static RuntimeException of(String what, OrtException cause) {
        String reason = OnnxSession.oneLine(cause);
        if (OUT_OF_MEMORY.matcher(reason).find()) {
            return new RuntimeFailure(
                    what + " for lack of memory: use a smaller batch, or a device with more memory. (" + reason + ")",
                    cause);
        }
        return new GraphFailure(what + ": " + reason, cause);
    }
}
