package io.adm4j.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.bundle.TinyBundle;
import io.adm4j.runtime.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many tasks from several threads, some cancelled or suspended at any moment: each gets its own images or ends as it was asked. */
class StepSchedulerStressTest {
    private static final int SIZE = 4;
    private static final List<String> CLASSES = List.of("a", "b", "c");
    private static final int CLIENTS = 6;
    private static final int TASKS = 400;

    @TempDir
    Path folder;

    @Test
    void noTaskIsLostOrMixedUp() throws Exception {
        try (SamplingPipeline base = open("two", 2);
                SamplingPipeline other = open("one", 1);
                Upsampler upsampler = Upsampler.open(
                        TinyBundle.writeUpsampler(folder.resolve("up"), SIZE, 2 * SIZE, true, CLASSES.size()),
                        Device.CPU,
                        2);
                StepScheduler scheduler = new StepScheduler(0, SchedulerListener.none())) {
            List<SampleJob> jobs = jobs(base, other, upsampler.model());
            List<List<List<Byte>>> expected = new ArrayList<>();
            for (SampleJob job : jobs) {
                expected.add(Trace.pixels(Trace.outcome(scheduler.submit(job))));
            }
            ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
            try {
                List<Future<Integer>> finished = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    Random random = new Random(i);
                    Callable<Integer> client = () -> client(scheduler, jobs, expected, random);
                    finished.add(clients.submit(client));
                }
                int whole = 0;
                for (Future<Integer> client : finished) {
                    whole += client.get(5, TimeUnit.MINUTES);
                }
                assertTrue(whole > CLIENTS * TASKS / 2, "only " + whole + " tasks were finished");
            } finally {
                clients.shutdownNow();
            }
            assertEquals(0, scheduler.rowsWaiting());
            assertEquals(0, scheduler.rowsInFlight());
            assertEquals(0, scheduler.secondsLeft());
        }
    }

    private SamplingPipeline open(String name, int threads) throws IOException {
        return SamplingPipeline.open(TinyBundle.write(folder.resolve(name), SIZE, true, CLASSES), Device.CPU, threads);
    }

    private static List<SampleJob> jobs(SamplingPipeline base, SamplingPipeline other, SamplingPipeline upsampler) {
        SampleStage guided = new SampleStage(base, SamplingSettings.ddim(4, 2));
        SampleStage random =
                new SampleStage(base, new SamplingSettings(SamplerKind.DDIM, StepChoice.of(6), 0.7, 0, true));
        SampleStage upsampled = new SampleStage(upsampler, SamplingSettings.ddpm(3, 1));
        return List.of(
                SampleJob.of(List.of(guided), new long[] {1}, new int[] {0}),
                SampleJob.of(List.of(random), new long[] {2, 3, 4}, new int[] {0, 1, 2}),
                SampleJob.of(List.of(guided, upsampled), new long[] {5, 6}, new int[] {2, 1}),
                SampleJob.of(
                        List.of(new SampleStage(other, SamplingSettings.ddpm(5, -1))),
                        new long[] {7, 8, 9, 10, 11},
                        new int[5]));
    }

    /** Returns how many tasks were finished. */
    private static int client(
            StepScheduler scheduler, List<SampleJob> jobs, List<List<List<Byte>>> expected, Random random)
            throws Exception {
        record Submitted(int kind, SampleTask task, boolean given) {}
        int whole = 0;
        List<Submitted> under = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            int kind = random.nextInt(jobs.size());
            SampleTask task = scheduler.submit(jobs.get(kind));
            int fate = random.nextInt(6);
            int spins = random.nextInt(20_000);
            for (int spin = 0; fate < 2 && spin < spins; spin++) {
                Thread.onSpinWait();
            }
            if (fate == 0) {
                task.cancel();
            } else if (fate == 1) {
                task.suspend();
            }
            under.add(new Submitted(kind, task, fate != 0));
            if (under.size() == 8) {
                for (Submitted one : under) {
                    whole += outcome(scheduler, one.task, one.given, expected.get(one.kind)) ? 1 : 0;
                }
                under.clear();
            }
        }
        return whole;
    }

    private static boolean outcome(StepScheduler scheduler, SampleTask task, boolean given, List<List<Byte>> expected)
            throws InterruptedException, TimeoutException {
        try {
            SampleOutcome outcome = task.outcome().get(2, TimeUnit.MINUTES);
            while (!outcome.finished()) {
                SampleTask rest = scheduler.submit(task.job().from(outcome.images()));
                outcome = Trace.outcome(rest);
            }
            assertEquals(expected, Trace.pixels(outcome));
            return true;
        } catch (ExecutionException e) {
            assertEquals(SamplingStopped.class, e.getCause().getClass());
            assertTrue(!given, "a task failed that nobody cancelled");
            return false;
        }
    }
}
