package io.adm4j.harness.cli.command;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/** Opens the networks of an evaluation. Where a process evaluates part after part, they may stay open. */
public interface NetworkKeeper extends AutoCloseable {
    /**
     * A network.
     *
     * @param name differs for networks that differ
     * @param opening called unless the network is open already
     */
    <N extends AutoCloseable> N keep(String name, Supplier<N> opening);

    /** An evaluation is done. */
    @Override
    void close();

    /** Opens all networks anew and closes them, the last one first, when the evaluation is done. */
    static NetworkKeeper forOneEvaluation() {
        return new NetworkKeeper() {
            private final Deque<AutoCloseable> open = new ArrayDeque<>();

            @Override
            public <N extends AutoCloseable> N keep(String name, Supplier<N> opening) {
                N network = opening.get();
                open.push(network);
                return network;
            }

            @Override
            public void close() {
                while (!open.isEmpty()) {
                    try {
                        open.pop().close();
                    } catch (Exception e) {
                        throw new IllegalStateException("A network could not be closed.", e);
                    }
                }
            }
        };
    }
}
