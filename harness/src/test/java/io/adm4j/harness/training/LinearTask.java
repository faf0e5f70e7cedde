package io.adm4j.harness.training;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Initializer;
import io.adm4j.export.graph.Value;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.recipe.TrainingMode;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * The smallest network that the training runtime trains: the loss of a row x [2] is its product with the weight w [2], so
 * its gradient is x. A step takes microseconds, and AdamW's result can be computed by hand.
 *
 * @param batches rows x, float32 [N, 2], of each step
 */
record LinearTask(LongFunction<float[]> batches) implements TrainingTask {
    static final Map<String, Tensor> START = Map.of("w", Tensor.of(new float[] {1, -2}, 2));

    @Override
    public TrainingGraph graph() {
        GraphBuilder g = new GraphBuilder();
        Value x = g.input("x", ElementType.FLOAT32, GraphBuilder.BATCH, 2);
        Value weight = g.input("loss_weight", ElementType.FLOAT32, GraphBuilder.BATCH);
        Value w = g.parameter("w", Initializer.zeros(), 2);
        Value losses = x.mul(w).reduceSum(false, 1);
        return new TrainingGraph(
                g,
                g.named("loss", losses.mul(weight).reduceMean(false, 0)),
                List.of(g.named("losses", losses)),
                TrainingMode.standard());
    }

    @Override
    public Map<String, Tensor> batch(long step) {
        float[] rows = batches.apply(step);
        return new LinkedHashMap<>(Map.of("x", Tensor.of(rows, rows.length / 2, 2)));
    }

    @Override
    public List<String> metricNames() {
        return List.of("loss", "size");
    }

    @Override
    public double[] metrics(Map<String, Tensor> batch, Map<String, Tensor> outputs) {
        float[] losses = outputs.get("losses").toFloatArray();
        double sum = 0;
        for (float loss : losses) {
            sum += loss;
        }
        return new double[] {sum / losses.length, batch.get("x").dim(0)};
    }
}
