package io.adm4j.sampling;

import io.adm4j.diffusion.Sampler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A job that a scheduler has taken. */
public final class SampleTask {
    /** Where a task is on its way. */
    enum Phase {
        RUNNING,
        SUSPENDING,
        STOPPING
    }

    private final StepScheduler scheduler;
    private final SampleJob job;
    private final List<Sampler> samplers;
    private final CompletableFuture<SampleOutcome> outcome = new CompletableFuture<>();

    /** Guarded by the scheduler's lock, as all that follows. */
    private final Deque<SampleRow> ready = new ArrayDeque<>();

    private final List<ImageState> states;
    private Phase phase = Phase.RUNNING;
    private @Nullable RuntimeException failure;
    private int running;

    /** Steps that each image has taken, over all stages. */
    private final int[] done;

    SampleTask(StepScheduler scheduler, SampleJob job) {
        this.scheduler = scheduler;
        this.job = job;
        this.samplers = job.stages().stream()
                .map(stage -> stage.model().capabilities().sampler(stage.settings(), job.labels()))
                .toList();
        this.states = new ArrayList<>(job.images());
        this.done = states.stream().mapToInt(job::stepsDone).toArray();
        for (int i = 0; i < job.count(); i++) {
            if (!(states.get(i) instanceof ImageState.Finished)) {
                ready.add(new SampleRow(this, i, states.get(i)));
            }
        }
    }

    /** The job. */
    public SampleJob job() {
        return job;
    }

    /**
     * The images, or how far they have come when the task was suspended. Fails with {@link SamplingStopped} when the task was
     * cancelled or its listener stopped it, and with whatever a network or the listener threw. Completed by a thread of the
     * scheduler: what depends on it should be short or run elsewhere.
     */
    public CompletableFuture<SampleOutcome> outcome() {
        return outcome;
    }

    /** Gives up: waiting images leave at once, and those in a network when their step is done. */
    public void cancel() {
        scheduler.stop(this, Phase.STOPPING);
    }

    /** Ends the task with what it has: as {@link #cancel}, but the outcome says how far each image has come. */
    public void suspend() {
        scheduler.stop(this, Phase.SUSPENDING);
    }

    Sampler sampler(int stage) {
        return samplers.get(stage);
    }

    boolean isEmpty() {
        return ready.isEmpty() && running == 0;
    }

    Phase phase() {
        return phase;
    }

    /** Rows that could take a step now. */
    Deque<SampleRow> ready() {
        return ready;
    }

    int running() {
        return running;
    }

    /** Takes the first row that waits for a model, or null. */
    @Nullable
    SampleRow take(SamplingPipeline model) {
        for (Iterator<SampleRow> rows = ready.iterator(); rows.hasNext(); ) {
            SampleRow row = rows.next();
            if (row.model() == model) {
                rows.remove();
                running++;
                return row;
            }
        }
        return null;
    }

    /** A row comes back from its step; rows that have begun go before those that have not. */
    void giveBack(SampleRow row) {
        running--;
        done[row.image()] = row.stepsDone();
        if (row.finished()) {
            states.set(row.image(), row.state());
        } else if (phase != Phase.RUNNING || row.stepsTaken() >= job.mostSteps()) {
            states.set(row.image(), row.state());
        } else {
            ready.addFirst(row);
        }
    }

    /** A row comes back from a step that failed. */
    void giveBack(SampleRow row, RuntimeException cause) {
        running--;
        if (failure == null) {
            failure = cause;
        }
        end(Phase.STOPPING);
    }

    void end(Phase as) {
        if (phase == Phase.STOPPING) {
            return;
        }
        phase = as;
        for (SampleRow row : ready) {
            states.set(row.image(), row.state());
        }
        ready.clear();
    }

    /** Completes the outcome; not under the lock, since whoever waits for it goes on at once. */
    void complete() {
        if (failure != null) {
            outcome.completeExceptionally(failure);
        } else if (phase == Phase.STOPPING) {
            outcome.completeExceptionally(stopped());
        } else {
            outcome.complete(new SampleOutcome(states));
        }
    }

    private SamplingStopped stopped() {
        return new SamplingStopped(Arrays.stream(done).max().orElseThrow(), job.steps());
    }

    /** Steps of one stage that are left, over all images. */
    long stepsLeft(int stage) {
        return Arrays.stream(done).mapToLong(d -> job.stepsLeft(d, stage)).sum();
    }
}
