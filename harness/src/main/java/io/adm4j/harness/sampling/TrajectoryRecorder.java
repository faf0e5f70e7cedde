package io.adm4j.harness.sampling;

import io.adm4j.diffusion.StepState;
import io.adm4j.io.Npz;
import io.adm4j.sampling.StepListener;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Records every step of one batch: {@code xs} float32 [steps+1, N, C, H, W] from the initial noise to the result,
 * {@code pred_xstart} [steps, N, C, H, W] and {@code timesteps} int64 [steps].
 */
public final class TrajectoryRecorder implements StepListener {
    private Tensor xs;
    private Tensor predictions;
    private Tensor timesteps;

    @Override
    public boolean afterStep(StepState state) {
        if (state.step() == 0) {
            xs = stack(state.steps() + 1, state.x());
            predictions = stack(state.steps(), state.x());
            timesteps = Tensor.zeros(ElementType.INT64, state.steps());
            put(xs, 0, state.x());
        }
        put(xs, state.step() + 1, state.next());
        put(predictions, state.step(), state.predictedX0());
        timesteps.longs().put(state.step(), state.timestep());
        return true;
    }

    /** Writes the recorded steps. */
    public void write(Path file) {
        Npz.write(file, Map.of("xs", xs, "pred_xstart", predictions, "timesteps", timesteps));
    }

    private static Tensor stack(int rows, Tensor like) {
        return Tensor.zeros(
                ElementType.FLOAT32,
                LongStream.concat(LongStream.of(rows), LongStream.of(like.shape()))
                        .toArray());
    }

    private static void put(Tensor stack, int row, Tensor value) {
        stack.rows(row, row + 1).bytes().put(value.bytes());
    }
}
