package io.adm4j.sampling;

import io.adm4j.runtime.Device;
import io.adm4j.runtime.RuntimeFailure;
import io.adm4j.runtime.Threads;
import io.adm4j.sampling.SampleTask.Phase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the steps of many tasks together: each call of a network gets rows of whatever tasks are under way, which join and leave
 * between steps. Rows of one batch may differ in all but their model. An image does not depend on its company.
 *
 * <p>Tasks take turns row by row, so a small one is not behind a large one; within a task, images that have begun go first. On a
 * CPU there is a lane for each processor, which computes its batches with one thread; when fewer rows wait than half of the lanes,
 * one batch takes all threads. On other devices there is one lane.
 *
 * <p>May be used from several threads. Tasks are never queued beyond memory by the scheduler itself: whoever submits limits
 * them.
 */
public final class StepScheduler implements AutoCloseable {
    /** Rows in a batch on a CPU unless their step takes long: as fast as many. */
    static final int CPU_ROWS = 4;

    private final int batchLimit;
    private final SchedulerListener listener;
    private final Object lock = new Object();

    /** All guarded by the lock: tasks in the order of their turns. */
    private final Set<SampleTask> tasks = new LinkedHashSet<>();

    private final Map<SamplingPipeline, ModelQueue> models = new HashMap<>();
    private final List<Thread> lanes = new ArrayList<>();
    private int rowsInFlight;
    private int batchesInFlight;
    private boolean exclusive;
    private boolean closed;

    /** What the scheduler knows of a model. */
    private static final class ModelQueue {
        private final int lanes;
        private BatchSizes sizes;
        private final StepTimes times;
        private int busy;

        ModelQueue(int lanes, BatchSizes sizes) {
            this.lanes = lanes;
            this.sizes = sizes;
            this.times = new StepTimes(lanes);
        }
    }

    /**
     * A scheduler without work; its threads start with the first task and do not keep the process alive.
     *
     * @param batchLimit most rows in a batch, or 0 for what {@link #prepare} finds efficient
     * @param listener notified of each batch
     */
    public StepScheduler(int batchLimit, SchedulerListener listener) {
        if (batchLimit < 0) {
            throw new IllegalArgumentException("A batch has at least 1 row, not " + batchLimit + ".");
        }
        this.batchLimit = batchLimit;
        this.listener = listener;
    }

    /**
     * Runs a model's networks a few times before its first task: loads them, finds the size of batches that is efficient, unless
     * it was set, and whether a network gets rows one by one so that an image has the same bits in any company.
     *
     * @throws io.adm4j.runtime.RuntimeFailure if a network cannot be loaded or run
     */
    public void prepare(SamplingPipeline model) {
        BatchSizes sizes = new BatchTrial(model, batchLimit).sizes();
        synchronized (lock) {
            queue(model).sizes = sizes;
        }
    }

    /**
     * Takes a job; its steps begin at once.
     *
     * @throws SampleRequestException if a model cannot be sampled so
     * @throws IllegalStateException if the scheduler is closed
     */
    public SampleTask submit(SampleJob job) {
        SampleTask task = new SampleTask(this, job);
        boolean empty;
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("This scheduler is closed.");
            }
            empty = task.isEmpty();
            if (!empty) {
                job.stages().forEach(stage -> startLanes(queue(stage.model()).lanes));
                tasks.add(task);
                lock.notifyAll();
            }
        }
        if (empty) {
            task.complete();
        }
        return task;
    }

    private ModelQueue queue(SamplingPipeline model) {
        return models.computeIfAbsent(model, m -> {
            boolean cpu = m.networks().device() == Device.CPU;
            int rows = batchLimit > 0 ? batchLimit : cpu ? CPU_ROWS : Integer.MAX_VALUE;
            return new ModelQueue(m.networks().lanes(), BatchSizes.untried(rows, cpu));
        });
    }

    private void startLanes(int count) {
        while (lanes.size() < count) {
            Thread lane = new Thread(this::work, "sampler-" + (lanes.size() + 1));
            lane.setDaemon(true);
            lane.start();
            lanes.add(lane);
        }
    }

    /** Rows that wait for their next step. */
    public int rowsWaiting() {
        synchronized (lock) {
            return tasks.stream().mapToInt(SampleTask::waiting).sum();
        }
    }

    /** Rows that are in a network now. */
    public int rowsInFlight() {
        synchronized (lock) {
            return rowsInFlight;
        }
    }

    /**
     * How long a job would take if it were alone, from the steps measured so far; 0 before the first.
     *
     * @return seconds
     */
    public double secondsOf(SampleJob job) {
        synchronized (lock) {
            double seconds = 0;
            for (int i = 0; i < job.stages().size(); i++) {
                int stage = i;
                SampleStage through = job.stages().get(stage);
                StepTimes times = queue(through.model()).times;
                int most = job.images().stream()
                        .mapToInt(image -> job.stepsLeft(image, stage))
                        .max()
                        .orElseThrow();
                double longest = most * times.alone(through);
                double all = job.stepsLeft(stage) * times.perRow(through);
                seconds += Math.max(longest, all);
            }
            return seconds;
        }
    }

    /**
     * How long all tasks together will take from now on, from the steps measured so far.
     *
     * @return seconds
     */
    public double secondsLeft() {
        synchronized (lock) {
            return tasks.stream().mapToDouble(this::secondsLeft).sum();
        }
    }

    private double secondsLeft(SampleTask task) {
        double seconds = 0;
        List<SampleStage> stages = task.job().stages();
        for (int stage = 0; stage < stages.size(); stage++) {
            SampleStage through = stages.get(stage);
            seconds += task.stepsLeft(stage) * queue(through.model()).times.perRow(through);
        }
        return seconds;
    }

    void stop(SampleTask task, Phase phase) {
        boolean over;
        synchronized (lock) {
            if (!tasks.contains(task)) {
                return;
            }
            task.end(phase);
            over = leaveIfDone(task);
        }
        if (over) {
            task.complete();
        }
    }

    private boolean leaveIfDone(SampleTask task) {
        return task.isEmpty() && tasks.remove(task);
    }

    /** A lane: batch after batch until the scheduler is closed. */
    private void work() {
        for (StepBatch batch = await(); batch != null; batch = await()) {
            take(batch);
        }
    }

    /** Waits for the next batch; null when the scheduler is closed and nothing is left. */
    private @Nullable StepBatch await() {
        synchronized (lock) {
            StepBatch batch = next();
            while (batch == null && !closed) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    // Whoever interrupts a lane cannot mean the tasks of others; close ends it.
                    continue;
                }
                batch = next();
            }
            return batch;
        }
    }

    /** The next batch of the lane that asks, or null while there is nothing for it. */
    private @Nullable StepBatch next() {
        if (exclusive) {
            return null;
        }
        for (SampleTask task : tasks) {
            for (SamplingPipeline model : task.wanted()) {
                ModelQueue queue = queue(model);
                if (queue.busy < queue.lanes) {
                    return next(model, queue);
                }
            }
        }
        return null;
    }

    private StepBatch next(SamplingPipeline model, ModelQueue queue) {
        int waiting = tasks.stream().mapToInt(task -> task.waiting(model)).sum();
        exclusive = queue.lanes > 1 && batchesInFlight == 0 && 2 * waiting <= queue.lanes;
        int idle = exclusive ? 1 : queue.lanes - queue.busy;
        int share = Math.min(queue.sizes.limit(), (waiting + idle - 1) / idle);
        List<SampleRow> rows = new ArrayList<>();
        while (rows.size() < share) {
            takeTurns(model, share, rows);
        }
        queue.busy++;
        batchesInFlight++;
        rowsInFlight += rows.size();
        return new StepBatch(rows, exclusive ? Threads.ALL : Threads.CALLING, queue.sizes);
    }

    /** One row of each task that has one for the model; tasks that had their turn go to the end. */
    private void takeTurns(SamplingPipeline model, int most, List<SampleRow> rows) {
        List<SampleTask> served = new ArrayList<>();
        for (Iterator<SampleTask> turns = tasks.iterator(); turns.hasNext() && rows.size() < most; ) {
            SampleTask task = turns.next();
            SampleRow row = task.take(model);
            if (row != null) {
                rows.add(row);
                turns.remove();
                served.add(task);
            }
        }
        tasks.addAll(served);
    }

    private void take(StepBatch batch) {
        long begin = System.nanoTime();
        Map<SampleRow, Result> results = new HashMap<>();
        step(batch, results);
        double seconds = (System.nanoTime() - begin) * 1e-9;
        List<SampleTask> over = new ArrayList<>();
        synchronized (lock) {
            ModelQueue queue = queue(batch.model());
            if (batch.measured()) {
                queue.times.add(batch);
            }
            queue.busy--;
            batchesInFlight--;
            rowsInFlight -= batch.rows().size();
            exclusive = false;
            // In reverse, so that those which were first are first again.
            for (int i = batch.rows().size() - 1; i >= 0; i--) {
                SampleRow row = batch.rows().get(i);
                Result result = Objects.requireNonNull(results.get(row));
                if (result.failure() == null) {
                    row.task().giveBack(row, result.proceed());
                } else {
                    row.task().giveBack(result.failure());
                }
                if (leaveIfDone(row.task())) {
                    over.add(row.task());
                }
            }
            lock.notifyAll();
        }
        try {
            listener.stepped(batch.model().capabilities().name(), batch.rows().size(), seconds);
        } catch (RuntimeException | Error e) {
            Thread lane = Thread.currentThread();
            lane.getUncaughtExceptionHandler().uncaughtException(lane, e);
        }
        over.forEach(SampleTask::complete);
    }

    /**
     * What became of a row in a step.
     *
     * @param proceed whether the listener wants to continue
     */
    private record Result(boolean proceed, @Nullable Throwable failure) {
        static Result failed(Throwable cause) {
            return new Result(
                    false,
                    cause instanceof OutOfMemoryError
                            ? new RuntimeFailure("There is too little memory for this batch.", cause)
                            : cause);
        }
    }

    /**
     * Takes the step of each row; a batch that fails as a whole is repeated row by row, so that only the guilty fail. Whatever a
     * network or listener throws is the row's result: no thread of the scheduler ends by it.
     */
    private void step(StepBatch batch, Map<SampleRow, Result> results) {
        StepBatch.Evaluation evaluation;
        try {
            evaluation = batch.evaluate();
        } catch (RuntimeException | Error e) {
            if (batch.rows().size() == 1) {
                results.put(batch.rows().get(0), Result.failed(e));
            } else {
                batch.singles().forEach(single -> step(single, results));
            }
            return;
        }
        for (int i = 0; i < batch.rows().size(); i++) {
            SampleRow row = batch.rows().get(i);
            results.put(row, step(row, evaluation, i));
        }
    }

    private Result step(SampleRow row, StepBatch.Evaluation evaluation, int index) {
        if (isStopping(row.task())) {
            return new Result(true, null);
        }
        try {
            return new Result(
                    row.advance(evaluation.output(index), evaluation.gradient(index), evaluation.product(index)), null);
        } catch (RuntimeException | Error e) {
            return Result.failed(e);
        } finally {
            // If the listener set it, it is not for the rows that follow.
            Thread.interrupted();
        }
    }

    /** Whether nobody waits for the task's rows, so that the listener need not be called. */
    private boolean isStopping(SampleTask task) {
        synchronized (lock) {
            return task.stopping();
        }
    }

    /**
     * Ends all tasks as if they were cancelled, waits for the steps under way, and ends the threads. The models stay open. Called
     * by one of its own threads it does not wait.
     */
    @Override
    public void close() {
        List<SampleTask> left;
        List<Thread> running;
        synchronized (lock) {
            closed = true;
            left = List.copyOf(tasks);
            running = List.copyOf(lanes);
            lock.notifyAll();
        }
        left.forEach(SampleTask::cancel);
        if (running.contains(Thread.currentThread())) {
            // A listener or what depends on an outcome closes: two lanes that do so must not wait for each other.
            return;
        }
        boolean interrupted = false;
        for (Thread lane : running) {
            while (lane.isAlive()) {
                try {
                    lane.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
