package io.adm4j.harness.training;

import java.util.List;
import java.util.Optional;

/**
 * One round of DiLoCo, for all workers.
 *
 * @param from steps done before it
 * @param to steps done after it
 * @param global checkpoint with the weights before it
 * @param states where each worker's state of the round before is, as {@link WorkerRound#state}; empty in the first round
 */
public record Round(long from, long to, RunFolder.Checkpoint global, List<String> states) {
    public Round {
        states = List.copyOf(states);
    }

    /** Where a worker's state of the round before is; empty in the first round. */
    public Optional<String> state(int worker) {
        return states.isEmpty() ? Optional.empty() : Optional.of(states.get(worker));
    }
}
