package io.adm4j.harness.bench.serve;

/** A function answered with another image than the one that the same seed gave alone. */
public final class WrongImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongImageException(String message) {
        super(message);
    }
}
