package io.adm4j.harness.sampling;

import io.adm4j.diffusion.StepState;
import io.adm4j.io.Npz;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;

/**
 * Records every step of one batch: {@code xs} float32 [steps+1, N, C, H, W] from the initial noise to the result,
 * {@code pred_xstart} [steps, N, C, H, W] and {@code timesteps} int64 [steps].
 */
public final class TrajectoryRecorder implements StepListener {
    private final int count;
    private Tensor xs;
    private Tensor predictions;
    private Tensor timesteps;

    /** @param count images in the batch */
    public TrajectoryRecorder(int count) {
        this.count = count;
    }

    @Override
    public synchronized boolean afterStep(int image, int stage, StepState state) {
        if (xs == null) {
            xs = stack(state.steps() + 1, state.x());
            predictions = stack(state.steps(), state.x());
            timesteps = Tensor.zeros(ElementType.INT64, state.steps());
        }
        if (state.step() == 0) {
            put(xs, 0, image, state.x());
        }
        put(xs, state.step() + 1, image, state.next());
        put(predictions, state.step(), image, state.predictedX0());
        timesteps.longs().put(state.step(), state.timestep());
        return true;
    }

    /** Writes the recorded steps. */
    public void write(Path file) {
        Npz.write(file, Map.of("xs", xs, "pred_xstart", predictions, "timesteps", timesteps));
    }

    /** @param image of one row */
    private Tensor stack(int steps, Tensor image) {
        long[] shape = image.shape();
        return Tensor.zeros(ElementType.FLOAT32, steps, count, shape[1], shape[2], shape[3]);
    }

    private void put(Tensor stack, int step, int image, Tensor value) {
        int row = step * count + image;
        long[] shape = value.shape();
        stack.reshape(stack.dim(0) * count, shape[1], shape[2], shape[3])
                .rows(row, row + 1)
                .bytes()
                .put(value.bytes());
    }
}
