package io.adm4j.export.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Processor;
import io.adm4j.export.graph.Value;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gradient of a convolution's weights in half of the multiplications equals that by plain products. */
class WinogradWeightsTest {
    /** Relative to the largest element. */
    private static final float TOLERANCE = 1e-5f;

    @ParameterizedTest
    @CsvSource({
        // batch, in, out, height, width, kernel, stride, whether it takes half of the multiplications
        "1, 32, 32, 8, 8, 3, 1, true",
        "3, 32, 48, 8, 8, 3, 1, true",
        "2, 64, 32, 12, 9, 3, 1, true",
        "2, 32, 32, 10, 8, 3, 1, false",
        "2, 32, 32, 4, 8, 3, 1, false",
        "2, 31, 32, 8, 8, 3, 1, false",
        "2, 32, 32, 8, 8, 3, 2, false",
        "2, 32, 32, 8, 8, 1, 1, false"
    })
    void equalsPlainProducts(
            int batch, int in, int out, int height, int width, int kernel, int stride, boolean differs) {
        float[] plain = gradient(Processor.ANY, batch, in, out, height, width, kernel, stride);
        float[] found = gradient(Processor.X86_64, batch, in, out, height, width, kernel, stride);

        float largest = 0;
        boolean same = true;
        for (int i = 0; i < plain.length; i++) {
            largest = Math.max(largest, Math.abs(plain[i]));
            same &= plain[i] == found[i];
        }
        assertEquals(differs, !same);
        assertArrayEquals(plain, found, TOLERANCE * largest);
    }

    private static float[] gradient(
            Processor processor, int batch, int in, int out, int height, int width, int kernel, int stride) {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, GraphBuilder.BATCH, in, height, width);
        Value weight = graph.input("weight", ElementType.FLOAT32, out, in, kernel, kernel);
        Value y = x.conv(weight, null, stride, kernel / 2);
        Value seed = graph.input("seed", ElementType.FLOAT32, y.shape());
        Value found = graph.named(
                "found",
                new Gradients(graph, Kernels.STOCK, processor)
                        .of(y, seed, List.of(weight))
                        .get(0));
        byte[] model = OnnxModel.withInputs(graph, List.of(x, weight, seed), List.of(found))
                .bytes();
        Random random = new Random(5);
        Map<String, Tensor> values = Map.of(
                "x", normal(random, batch, in, height, width),
                "weight", normal(random, out, in, kernel, kernel),
                "seed", normal(random, batch, out, y.dim(2), y.dim(3)));
        try (OnnxSession session = OnnxSession.open(model, Device.CPU, 1)) {
            Tensor result = session.run(values).values().iterator().next();
            assertArrayEquals(weight.shape(), result.shape());
            return result.toFloatArray();
        }
    }

    private static Tensor normal(Random random, long... shape) {
        Tensor tensor = Tensor.zeros(ElementType.FLOAT32, shape);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.floats().put(i, (float) random.nextGaussian());
        }
        return tensor;
    }
}
