package io.adm4j.harness.training;

import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Mean losses, weighted as the loss is, of the images whose timestep t is in the same quarter of the process, as the published trainer logs them:
 * quartile floor(4 t / T) of T timesteps.
 */
final class LossQuartiles {
    private static final int COUNT = 4;

    private final Map<String, String> outputs;
    private final int numTimesteps;
    private final Map<String, double[]> sums = new LinkedHashMap<>();
    private final double[] weights = new double[COUNT];

    /** Of a task's losses, before the first image. */
    LossQuartiles(TrainingTask task) {
        outputs = task.imageLosses();
        numTimesteps = task.numTimesteps();
        outputs.keySet().forEach(name -> sums.put(name, new double[COUNT]));
    }

    /** The names of all means that a task's batches can have. */
    static List<String> names(TrainingTask task) {
        List<String> names = new ArrayList<>();
        for (String loss : task.imageLosses().keySet()) {
            for (int quartile = 0; quartile < COUNT; quartile++) {
                names.add(name(loss, quartile));
            }
        }
        return names;
    }

    private static String name(String loss, int quartile) {
        return loss + "_q" + quartile;
    }

    /**
     * Adds images.
     *
     * @param batch whose {@code t} is int64 [N], {@code loss_weight} float32 [N]; not modified
     * @param computed the graph's outputs by name; the losses are float32 [N]; not modified
     */
    void add(Map<String, Tensor> batch, Map<String, Tensor> computed) {
        if (outputs.isEmpty()) {
            return;
        }
        long[] t = batch.get("t").toLongArray();
        float[] weight = batch.get(TrainingGraph.LOSS_WEIGHT).toFloatArray();
        for (int i = 0; i < t.length; i++) {
            weights[quartile(t[i])] += weight[i];
        }
        outputs.forEach((name, output) -> {
            double[] sum = Objects.requireNonNull(sums.get(name));
            float[] losses = computed.get(output).toFloatArray();
            for (int i = 0; i < losses.length; i++) {
                sum[quartile(t[i])] += weight[i] * losses[i];
            }
        });
    }

    private int quartile(long timestep) {
        return (int) (COUNT * timestep / numTimesteps);
    }

    /** The means by name, of those quartiles that have images. */
    Map<String, Double> means() {
        Map<String, Double> means = new LinkedHashMap<>();
        sums.forEach((loss, sum) -> {
            for (int quartile = 0; quartile < COUNT; quartile++) {
                if (weights[quartile] > 0) {
                    means.put(name(loss, quartile), sum[quartile] / weights[quartile]);
                }
            }
        });
        return means;
    }
}
