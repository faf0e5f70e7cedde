package io.adm4j.sampling;

import io.adm4j.diffusion.ReverseRun;
import io.adm4j.diffusion.SeededNoise;
import io.adm4j.diffusion.StepState;
import io.adm4j.tensor.Tensor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One image of a task on its way through the stages. Used by one thread at a time, handed over under the scheduler's lock. */
final class SampleRow {
    private final SampleTask task;
    private final int image;
    private ImageState state;
    private @Nullable ReverseRun run;
    private @Nullable Tensor lowRes;
    private int stage;
    private int stepsTaken;

    SampleRow(SampleTask task, int image, ImageState state) {
        this.task = task;
        this.image = image;
        this.state = state;
        if (state instanceof ImageState.Started started) {
            this.stage = started.stage();
            this.lowRes = started.lowRes().orElse(null);
        }
    }

    SampleTask task() {
        return task;
    }

    int image() {
        return image;
    }

    /** Number of the stage of its next step. */
    int stageIndex() {
        return stage;
    }

    SampleStage stage() {
        return task.job().stages().get(stage);
    }

    SamplingPipeline model() {
        return stage().model();
    }

    /** Whether its next step asks the classifier. */
    boolean guided() {
        return stage().settings().guidance().activeAt(run().trainedTimestep());
    }

    /** The image's label; 0 where it has none, which only networks without labels see. */
    long label() {
        int[] labels = task.job().labels();
        return labels.length == 0 ? 0 : labels[image];
    }

    @Nullable
    Tensor lowRes() {
        return lowRes;
    }

    /** Steps taken over all stages, those before the task was submitted included. */
    int stepsDone() {
        if (finished()) {
            return task.job().steps();
        }
        int inStage = run != null ? run.step() : state instanceof ImageState.Started started ? started.step() : 0;
        return task.job().before(stage) + inStage;
    }

    /** Steps taken since the task was submitted. */
    int stepsTaken() {
        return stepsTaken;
    }

    boolean finished() {
        return state instanceof ImageState.Finished;
    }

    /** The run of the present stage; its buffers are allocated here, so that waiting images take no memory. */
    ReverseRun run() {
        if (run == null) {
            SeededNoise noise = stage == 0 && lowRes == null
                    ? new SeededNoise(task.job().seeds()[image])
                    : SeededNoise.ofUpsampler(task.job().seeds()[image]);
            run = state instanceof ImageState.Started started && started.stage() == stage
                    ? task.sampler(stage).resume(started.step(), started.x(), started.memory(), noise)
                    : task.sampler(stage).begin(noise.start(model().shape(1)), noise);
        }
        return run;
    }

    /**
     * Takes one step, with what the networks gave for this image.
     *
     * @param product with the denoiser's Jacobian, where the run needs one
     * @return whether the listener wants to continue
     */
    boolean advance(Tensor output, @Nullable Tensor gradient, @Nullable Tensor product) {
        StepState step =
                run().advance(output, gradient, product, stage().settings().guidance());
        stepsTaken++;
        int reported = stage;
        if (step.last()) {
            leaveStage(step.next());
        }
        return task.job().listener().afterStep(image, reported, step);
    }

    private void leaveStage(Tensor x0) {
        Tensor pixels = stage().settings().pixels(x0);
        run = null;
        if (stage + 1 == task.job().stages().size()) {
            state = new ImageState.Finished(pixels);
            return;
        }
        stage++;
        // The next model takes the image in 256 levels, as files hold it.
        lowRes = PixelScale.toFloats(pixels);
        state = new ImageState.Waiting();
    }

    /** How far the image has come. Shares memory with the run, which must take no more steps. */
    ImageState state() {
        if (run == null && (stage == 0 || !(state instanceof ImageState.Waiting))) {
            return state;
        }
        return new ImageState.Started(stage, run().step(), run().x(), run().memory(), Optional.ofNullable(lowRes));
    }
}
