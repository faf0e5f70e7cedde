package io.adm4j.sampling;

import java.util.Locale;

/** Where a solver of higher order takes its further evaluations. */
public enum SolverMethod {
    /** At the states before, which costs nothing. */
    MULTISTEP,
    /** Between two states. */
    SINGLESTEP;

    /** The name in options and files. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
