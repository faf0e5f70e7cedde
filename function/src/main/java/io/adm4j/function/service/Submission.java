package io.adm4j.function.service;

import io.adm4j.sampling.SampleTask;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way.
 *
 * @param <A> what answers it
 */
public final class Submission<A> {
    /** Why a request was suspended before its images were done. */
    enum Suspension {
        /** Its budget is used up: the answer is a token. */
        BUDGET,
        /** Its deadline has passed. */
        DEADLINE,
        /** The function stops. */
        STOPPING
    }

    private final SampleTask task;
    private final CompletableFuture<A> answer = new CompletableFuture<>();
    private volatile @Nullable Suspension suspension;

    Submission(SampleTask task) {
        this.task = task;
    }

    /** The answer; fails with a {@link Refusal}, never with anything else. Completed by a thread that may be used for long work. */
    public CompletableFuture<A> answer() {
        return answer;
    }

    /** The client hung up: the work ends within a step. */
    public void cancel() {
        task.cancel();
    }

    SampleTask task() {
        return task;
    }

    void suspend(Suspension cause) {
        if (suspension == null) {
            suspension = cause;
        }
        task.suspend();
    }

    @Nullable
    Suspension suspension() {
        return suspension;
    }
}
