package io.adm4j.harness.training;

import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.harness.training.engine.TrainingEngine;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

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
     * @param step from 0
     * @param batch by graph input, without {@code loss_weight}; not modified
     * @return what the whole batch gave
     */
    Summary accumulate(TrainingEngine engine, long step, Map<String, Tensor> batch) {
        return run(engine::accumulate, 1, step, batch);
    }

    /** As {@link #accumulate}, without a gradient: the images do not count. */
    Summary evaluate(TrainingEngine engine, long step, Map<String, Tensor> batch) {
        return run(engine::evaluate, 0, step, batch);
    }

    private Summary run(
            UnaryOperator<Map<String, Tensor>> engine, double weight, long step, Map<String, Tensor> batch) {
        long start = System.nanoTime();
        long computing = 0;
        int size = (int) batch.values().iterator().next().dim(0);
        Map<String, List<Tensor>> given = new LinkedHashMap<>();
        Map<String, List<Tensor>> found = new LinkedHashMap<>();
        for (int from = 0; from < size; from += microbatch) {
            int to = Math.min(size, from + microbatch);
            Map<String, Tensor> part = part(batch, from, to);
            task.prepare(step, from, part);
            Map<String, Tensor> inputs = graphInputs(part, weight * (to - from) / size);
            long computed = System.nanoTime();
            Map<String, Tensor> outputs = engine.apply(inputs);
            computing += System.nanoTime() - computed;
            task.observe(part, outputs);
            collect(part, given);
            collect(outputs, found);
        }
        Map<String, Tensor> all = joined(given);
        Map<String, Tensor> results = joined(found);
        results.putAll(task.derived(all, results));
        LossQuartiles quartiles = new LossQuartiles(task);
        quartiles.add(all, results);
        return new Summary(
                task.metrics(all, results),
                quartiles.means(),
                (System.nanoTime() - start - computing) / 1e9,
                computing / 1e9);
    }

    private static Map<String, Tensor> part(Map<String, Tensor> batch, int from, int to) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        batch.forEach((name, tensor) -> part.put(name, tensor.rows(from, to)));
        float[] weights = new float[to - from];
        Arrays.fill(weights, 1);
        part.put(TrainingGraph.LOSS_WEIGHT, Tensor.of(weights, weights.length));
        return part;
    }

    private static Map<String, Tensor> graphInputs(Map<String, Tensor> part, double share) {
        Map<String, Tensor> inputs = new LinkedHashMap<>(part);
        float[] weights = part.get(TrainingGraph.LOSS_WEIGHT).toFloatArray();
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (weights[i] * share);
        }
        inputs.put(TrainingGraph.LOSS_WEIGHT, Tensor.of(weights, weights.length));
        return inputs;
    }

    private static void collect(Map<String, Tensor> part, Map<String, List<Tensor>> parts) {
        part.forEach((name, tensor) ->
                parts.computeIfAbsent(name, key -> new ArrayList<>()).add(tensor));
    }

    /** Each tensor with the rows of all its parts; left out are scalars, which have none, and images, which no metric needs. */
    private static Map<String, Tensor> joined(Map<String, List<Tensor>> parts) {
        Map<String, Tensor> joined = new LinkedHashMap<>();
        parts.forEach((name, tensors) -> {
            int rank = tensors.get(0).rank();
            if (rank == 1 || rank == 2) {
                joined.put(name, tensors.size() == 1 ? tensors.get(0) : joined(tensors));
            }
        });
        return joined;
    }

    private static Tensor joined(List<Tensor> parts) {
        long[] shape = parts.get(0).shape();
        shape[0] = parts.stream().mapToLong(part -> part.dim(0)).sum();
        Tensor whole = Tensor.zeros(parts.get(0).type(), shape);
        ByteBuffer target = whole.bytes();
        parts.forEach(part -> target.put(part.bytes()));
        return whole;
    }
}
