package io.adm4j.sampling;

import io.adm4j.diffusion.StepState;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps all lanes of a scheduler within a step until it is opened, so that a test decides what waits together. */
final class Gate implements StepListener {
    private final CountDownLatch entered;
    private final CountDownLatch opened = new CountDownLatch(1);
    private final SampleTask task;

    /** Returns once all lanes are held. */
    Gate(StepScheduler scheduler, SamplingPipeline model) {
        int lanes = model.networks().lanes();
        this.entered = new CountDownLatch(lanes);
        // One row for each lane: two or more do not take all threads together.
        this.task = scheduler.submit(SampleJob.of(
                        List.of(new SampleStage(model, SamplingSettings.ddim(1, 0))),
                        Collections.nCopies(lanes, 0L).stream()
                                .mapToLong(Long::longValue)
                                .toArray(),
                        new int[lanes])
                .heardBy(this));
        await(entered);
    }

    @Override
    public boolean afterStep(int image, int stage, StepState state) {
        entered.countDown();
        await(opened);
        return true;
    }

    /** Lets the lanes go on, and waits for the rows that held them. */
    void open() {
        opened.countDown();
        Trace.outcome(task);
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("Nothing happens.");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
