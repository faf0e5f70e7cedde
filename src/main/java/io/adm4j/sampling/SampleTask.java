package io.adm4j.sampling;

import io.adm4j.diffusion.Sampler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
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

    /** Rows that could take a step now, by stage. Guarded by the scheduler's lock, as all that follows. */
    private final List<Deque<SampleRow>> ready = new ArrayList<>();

    private final List<ImageState> states;
    private Phase phase = Phase.RUNNING;
    private @Nullable Throwable failure;
    private int running;
    private int unfinished;

    /** Steps that each image has taken, over all stages. */
    private final int[] done;

    /** Steps of each stage that are left, over all images. */
    private final long[] left;

    SampleTask(StepScheduler scheduler, SampleJob job) {
        this.scheduler = scheduler;
        this.job = job;
        this.samplers = job.stages().stream()
                .map(stage -> stage.model().capabilities().sampler(stage.settings(), job.labels()))
                .toList();
        this.states = new ArrayList<>(job.images());
        this.done = states.stream().mapToInt(job::stepsDone).toArray();
        this.left = new long[job.stages().size()];
        for (int stage = 0; stage < left.length; stage++) {
            left[stage] = job.stepsLeft(stage);
            ready.add(new ArrayDeque<>());
        }
        for (int i = 0; i < job.count(); i++) {
            if (!(states.get(i) instanceof ImageState.Finished)) {
                SampleRow row = new SampleRow(this, i, states.get(i));
                ready.get(row.stageIndex()).add(row);
                unfinished++;
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
        return running == 0 && waiting() == 0;
    }

    /** Whether it ends early, so that steps under way need not be finished. */
    boolean stopping() {
        return phase == Phase.STOPPING;
    }

    /** Rows that could take a step now. */
    int waiting() {
        return ready.stream().mapToInt(Deque::size).sum();
    }

    /** Rows that could take a step of a model now. */
    int waiting(SamplingPipeline model) {
        int rows = 0;
        for (int stage = 0; stage < ready.size(); stage++) {
            if (model(stage) == model) {
                rows += ready.get(stage).size();
            }
        }
        return rows;
    }

    /** The models that rows wait for, those of later stages first: what has begun is finished before more begins. */
    List<SamplingPipeline> wanted() {
        List<SamplingPipeline> models = new ArrayList<>();
        for (int stage = ready.size() - 1; stage >= 0; stage--) {
            if (!ready.get(stage).isEmpty()) {
                models.add(model(stage));
            }
        }
        return models;
    }

    /** Takes the first row that waits for a model, or null. */
    @Nullable
    SampleRow take(SamplingPipeline model) {
        for (int stage = ready.size() - 1; stage >= 0; stage--) {
            if (model(stage) == model && !ready.get(stage).isEmpty()) {
                running++;
                return ready.get(stage).remove();
            }
        }
        return null;
    }

    private SamplingPipeline model(int stage) {
        return job.stages().get(stage).model();
    }

    /**
     * A row comes back from its step; rows that have begun go before those that have not.
     *
     * @param proceed whether the listener wants to continue
     */
    void giveBack(SampleRow row, boolean proceed) {
        running--;
        if (phase == Phase.RUNNING) {
            left[job.stageOf(done[row.image()])]--;
        }
        done[row.image()] = row.stepsDone();
        if (row.finished()) {
            unfinished--;
            states.set(row.image(), row.state());
        } else if (phase == Phase.SUSPENDING || row.stepsTaken() >= job.mostSteps()) {
            states.set(row.image(), row.state());
        } else if (phase == Phase.RUNNING) {
            ready.get(row.stageIndex()).addFirst(row);
        }
        if (!proceed && unfinished > 0) {
            end(Phase.STOPPING);
        }
    }

    /** A row comes back from a step that failed. */
    void giveBack(Throwable cause) {
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
        for (Deque<SampleRow> rows : ready) {
            if (as == Phase.SUSPENDING) {
                rows.forEach(row -> states.set(row.image(), row.state()));
            }
            rows.clear();
        }
        Arrays.fill(left, 0);
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
        return left[stage];
    }
}
