package io.adm4j.spark;

import io.adm4j.harness.cli.command.NetworkKeeper;
import java.util.function.Supplier;

/** Networks that all parts computed by an executor share, at the same time too; open until it ends. */
final class KeptNetworks implements NetworkKeeper {
    @Override
    public <N extends AutoCloseable> N keep(String name, Supplier<N> opening) {
        return ExecutorState.once(name, opening);
    }

    @Override
    public void close() {
        // The next part takes them.
    }
}
