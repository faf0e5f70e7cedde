package io.adm4j.harness.training;

/** A checkpoint that cannot be used; the message says why, as a clause. */
final class DamagedCheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DamagedCheckpointException(String message) {
        super(message);
    }
}
