package io.adm4j.harness.training;

import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** What is trained: a network with its loss, and the batches for it. */
public interface TrainingTask {
    /** The network and its loss; a new graph at every call. */
    TrainingGraph graph();

    /**
     * The batch of one optimizer step, by graph input.
     *
     * <p>A function of the step's number and the run's settings alone, so that a resumed run sees the same batches.
     */
    Map<String, Tensor> batch(long step);

    /** Names of the figures that {@link #figures} computes. */
    List<String> figureNames();

    /**
     * Means over a batch, to show and to log.
     *
     * @param batch as given to the graph
     * @param outputs of the graph
     */
    double[] figures(Map<String, Tensor> batch, Map<String, Tensor> outputs);
}
