package io.adm4j.feedback;

/** How far one long task is. Steps may be reported by several threads. */
public interface Progress extends AutoCloseable {
    /** Reports {@code units} more as done. */
    void step(long units);

    /** Shows a few words behind the figures, such as the loss; replaces the words before. */
    void message(String words);

    /** Ends the task in the state reached. */
    @Override
    void close();
}
