package io.adm4j.harness.training;

import java.util.List;

/** Runs {@link InnerRound} for all workers, wherever they are. */
public interface RoundRunner {
    /**
     * What a round gave.
     *
     * @param workers in their order
     * @param repeated workers' rounds that were lost and run again
     */
    record Outcome(List<WorkerRound> workers, int repeated) {
        public Outcome {
            workers = List.copyOf(workers);
        }
    }

    /**
     * Runs a round and waits for all workers.
     *
     * @throws io.adm4j.feedback.UserError if a worker cannot go on
     */
    Outcome run(Round round);
}
