package io.adm4j.sampling;

/** A listener or an interrupt stopped a run between two steps. */
public final class SamplingStopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SamplingStopped(int done, int steps) {
        super("Sampling was stopped after " + done + " of " + steps + " steps.");
    }
}
