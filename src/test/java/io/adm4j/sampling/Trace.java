package io.adm4j.sampling;

import io.adm4j.diffusion.StepState;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Everything that a job's images go through, to the bit: x after each step, and the pixels. */
final class Trace implements StepListener {
    private final Map<String, List<Integer>> steps = new ConcurrentSkipListMap<>();

    @Override
    public boolean afterStep(int image, int stage, StepState state) {
        steps.put(
                "image " + image + " stage " + stage + " step " + state.step(),
                bits(state.next().toFloatArray()));
        return true;
    }

    private static List<Integer> bits(float[] values) {
        Integer[] bits = new Integer[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return List.of(bits);
    }

    /** The steps seen so far, of all jobs that it listened to. */
    Map<String, List<Integer>> steps() {
        return new TreeMap<>(steps);
    }

    /** Those of one image, as if it were the only one. */
    Map<String, List<Integer>> stepsOf(int image) {
        Map<String, List<Integer>> own = new TreeMap<>();
        String prefix = "image " + image + " ";
        steps.forEach((key, bits) -> {
            if (key.startsWith(prefix)) {
                own.put("image 0 " + key.substring(prefix.length()), bits);
            }
        });
        return own;
    }

    /** The outcome, which must come soon. */
    static SampleOutcome outcome(SampleTask task) {
        try {
            return task.outcome().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("The task failed.", e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("The task does not end.", e);
        }
    }

    /** Why a task failed, which must come soon. */
    static Throwable failure(SampleTask task) {
        try {
            throw new AssertionError(
                    "The task should have failed, but gave " + task.outcome().get(60, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("The task does not end.", e);
        }
    }

    /** The pixels of finished images. */
    static List<List<Byte>> pixels(SampleOutcome outcome) {
        return outcome.images().stream()
                .map(image -> bytes(((ImageState.Finished) image).pixels().toByteArray()))
                .toList();
    }

    private static List<Byte> bytes(byte[] values) {
        Byte[] boxed = new Byte[values.length];
        Arrays.setAll(boxed, i -> values[i]);
        return List.of(boxed);
    }
}
