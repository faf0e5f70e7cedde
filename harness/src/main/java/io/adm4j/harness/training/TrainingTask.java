package io.adm4j.harness.training;

import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.harness.data.BackgroundCheck;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A network with its loss, its batches and the metrics to log. */
public interface TrainingTask {
    /** The network and its loss; a new graph at every call. */
    TrainingGraph graph();

    /**
     * The batch of one optimizer step, by graph input; the first dimension of every tensor is the batch size. Called ahead of
     * the step, on other threads, several at once.
     *
     * <p>A function of the step's number and the run's settings alone, so that a resumed run sees the same batches.
     *
     * @param step from 0
     */
    Map<String, Tensor> batch(long step);

    /**
     * Completes a microbatch with what depends on the steps before it, right before the network gets it.
     *
     * @param step from 0
     * @param from place of its first image in the batch
     * @param microbatch rows of the step's batch, and {@link TrainingGraph#LOSS_WEIGHT} of ones; modified
     */
    default void prepare(long step, int from, Map<String, Tensor> microbatch) {}

    /**
     * Takes note of what the network made of a microbatch, in the order of the microbatches.
     *
     * @param microbatch as {@link #prepare} left it; not modified
     * @param outputs of the graph by name; not modified
     */
    default void observe(Map<String, Tensor> microbatch, Map<String, Tensor> outputs) {}

    /**
     * Writes what {@link #prepare} and {@link #observe} need to resume with the same numbers.
     *
     * @param folder of the checkpoint; exists
     */
    default void saveState(Path folder) {}

    /**
     * Restores what {@link #saveState} wrote.
     *
     * @param folder of the checkpoint
     * @throws io.adm4j.feedback.UserError if the state is missing or damaged
     */
    default void loadState(Path folder) {}

    /**
     * Starts to decode all images in the background, if the task has any that can be damaged: {@link #batch} fails soon after
     * one is found that may not be left out.
     */
    default BackgroundCheck checkImages() {
        return BackgroundCheck.none();
    }

    /** Names of the values that {@link #metrics} computes; the first is the loss. */
    List<String> metricNames();

    /**
     * The outputs of the graph that hold one loss per image, float32 [N], by the name of their metric; they are also averaged
     * by quartile of the batch's {@code t}. Empty where images have no timestep.
     */
    default Map<String, String> imageLosses() {
        return Map.of();
    }

    /**
     * Values of each image that follow from the graph's outputs; they count as outputs for {@link #metrics} and {@link
     * #imageLosses}.
     *
     * @param batch as for {@link #metrics}; not modified
     * @param outputs of the graph by name; not modified
     */
    default Map<String, Tensor> derived(Map<String, Tensor> batch, Map<String, Tensor> outputs) {
        return Map.of();
    }

    /** The timesteps of the process that {@code t} is from; 0 where images have none. */
    default int numTimesteps() {
        return 0;
    }

    /**
     * Means over a batch, to show and to log.
     *
     * @param batch as {@link #prepare} left it, all microbatches together, without images; not modified
     * @param outputs of the graph by name, likewise; not modified
     * @return one value per name
     */
    double[] metrics(Map<String, Tensor> batch, Map<String, Tensor> outputs);
}
