package io.adm4j.runtime;

/** Which threads compute one run of a {@link BatchSession} on a CPU. */
public enum Threads {
    /** All threads of the session, within each operator; for callers that come one at a time. */
    ALL,
    /** The calling thread alone where the session {@linkplain BatchSession#lanes() allows it}; for callers side by side. */
    CALLING
}
