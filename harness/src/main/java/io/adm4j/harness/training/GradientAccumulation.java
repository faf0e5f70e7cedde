package io.adm4j.harness.training;

import io.adm4j.harness.training.engine.TrainingEngine;
import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The gradient of a batch, summed over microbatches that the network processes one after the other.
 *
 * <p>Each microbatch counts by its share of the batch, so the result does not depend on the size of microbatches.
 *
 * @param microbatch largest number of images per pass, at least 1
 */
record GradientAccumulation(TrainingTask task, int microbatch) {

    /**
     * What is known of a batch once its gradient is added.
     *
     * @param metrics one per name of the task
     * @param quartiles see {@link StepReport#quartiles}
     * @param preparation seconds spent on all but the network
     * @param forwardBackward seconds spent on losses and gradients
     */
    record Summary(double[] metrics, Map<String, Double> quartiles, double preparation, double forwardBackward) {}

    /**
     * Adds the gradient of a batch to the engine's.
     *
     * @param batch by graph input, without {@code loss_weight}; not modified
     * @return what the whole batch gave
     */
    Summary accumulate(TrainingEngine engine, Map<String, Tensor> batch) {
        long start = System.nanoTime();
        long computing = 0;
        LossQuartiles quartiles = new LossQuartiles(task);
        int size = (int) batch.values().iterator().next().dim(0);
        double[] metrics = new double[task.metricNames().size()];
        for (int from = 0; from < size; from += microbatch) {
            int to = Math.min(size, from + microbatch);
            double share = (double) (to - from) / size;
            Map<String, Tensor> part = part(batch, from, to, share);
            long computed = System.nanoTime();
            Map<String, Tensor> outputs = engine.accumulate(part);
            computing += System.nanoTime() - computed;
            double[] own = task.metrics(part, outputs);
            quartiles.add(part, outputs);
            for (int i = 0; i < metrics.length; i++) {
                metrics[i] += share * own[i];
            }
        }
        return new Summary(metrics, quartiles.means(), (System.nanoTime() - start - computing) / 1e9, computing / 1e9);
    }

    private static Map<String, Tensor> part(Map<String, Tensor> batch, int from, int to, double share) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        batch.forEach((name, tensor) -> part.put(name, tensor.rows(from, to)));
        float[] weights = new float[to - from];
        Arrays.fill(weights, (float) share);
        part.put("loss_weight", Tensor.of(weights, weights.length));
        return part;
    }
}
