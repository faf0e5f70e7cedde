package io.adm4j.export.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.export.autodiff.Gradients;
import io.adm4j.export.autodiff.Kernels;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Value;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Gradients through kernels of the training runtime equal those in stock operators. */
@Tag("training")
class TrainingKernelsTest {
    private static final int LENGTH = 200;

    @Test
    void siluGradient() {
        float[] x = new float[LENGTH];
        float[] seed = new float[LENGTH];
        Random random = new Random(5);
        for (int i = 0; i < LENGTH; i++) {
            x[i] = (i - LENGTH / 2) * 0.1f;
            seed[i] = (float) random.nextGaussian();
        }
        Map<String, Tensor> inputs = Map.of("x", Tensor.of(x, LENGTH), "seed", Tensor.of(seed, LENGTH));

        float[] stock = gradient(Kernels.STOCK, inputs);
        float[] training = gradient(Kernels.TRAINING, inputs);

        for (int i = 0; i < LENGTH; i++) {
            double sigma = 1 / (1 + Math.exp(-x[i]));
            double exact = seed[i] * sigma * (1 + x[i] * (1 - sigma));
            assertEquals(exact, training[i], 1e-6 * (1 + Math.abs(exact)), "kernel at " + x[i]);
            assertEquals(stock[i], training[i], 1e-6 * (1 + Math.abs(exact)), "stock at " + x[i]);
        }
    }

    private static float[] gradient(Kernels kernels, Map<String, Tensor> inputs) {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, LENGTH);
        Value seed = graph.input("seed", ElementType.FLOAT32, LENGTH);
        List<Value> found = new Gradients(graph, kernels).of(x.silu(), seed, List.of(x));
        boolean kernel = graph.nodes().stream().anyMatch(n -> n.op().equals("QuickGeluGrad"));
        assertEquals(kernels == Kernels.TRAINING, kernel);
        byte[] model = OnnxModel.withInputs(graph, List.of(x, seed), found).bytes();
        try (OnnxSession session = OnnxSession.open(model, Device.CPU, 1)) {
            float[] values = session.run(inputs).get(found.get(0).name()).toFloatArray();
            assertTrue(values.length == LENGTH);
            return values;
        }
    }
}
