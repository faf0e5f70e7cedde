package io.adm4j.harness.bench;

/** Work that is repeated to measure its time. */
public interface Workload extends AutoCloseable {
    /** The name for tables and reports. */
    String name();

    /** Runs it once; returns when the result is in host memory. */
    void run();

    @Override
    void close();
}
