package io.adm4j.harness.bench;

/** A piece of work that can be done again and again, so that its time can be taken. */
public interface Measurement extends AutoCloseable {
    /** What is done, for people and for reports. */
    String name();

    /** Does it once; returns when the result is in host memory. */
    void run();

    @Override
    void close();
}
