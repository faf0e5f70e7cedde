package io.adm4j.function.security;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** How many requests each client may have under way at once. Clients without one take no memory. */
public final class ClientLimit {
    private final int most;
    private final ConcurrentHashMap<String, Integer> underWay = new ConcurrentHashMap<>();

    /** @param most requests of one client; 0: any number */
    public ClientLimit(int most) {
        this.most = most;
    }

    /** Requests that one client may have under way; 0: any number. */
    public int most() {
        return most;
    }

    /** Counts a request. Returns what ends it, to be run once or more often, or nothing if the client has as many as it may. */
    public Optional<Runnable> enter(String client) {
        if (most == 0) {
            return Optional.of(() -> {});
        }
        AtomicBoolean entered = new AtomicBoolean();
        underWay.compute(client, (name, count) -> {
            int now = count == null ? 0 : count;
            entered.set(now < most);
            return entered.get() ? Integer.valueOf(now + 1) : count;
        });
        if (!entered.get()) {
            return Optional.empty();
        }
        AtomicBoolean left = new AtomicBoolean();
        return Optional.of(() -> {
            if (left.compareAndSet(false, true)) {
                underWay.computeIfPresent(client, (name, count) -> count == 1 ? null : count - 1);
            }
        });
    }

    /** Clients that have requests under way. */
    int clients() {
        return underWay.size();
    }
}
