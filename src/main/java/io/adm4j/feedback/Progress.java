package io.adm4j.feedback;

/** The progress of one long task. Several threads may report steps. */
public interface Progress extends AutoCloseable {
    /** Reports {@code units} more as done, at least 0. */
    void step(long units);

    /** Shows a short text beside the counts, such as the loss; replaces the previous one. */
    void message(String text);

    /** Ends the task in the state reached. */
    @Override
    void close();
}
