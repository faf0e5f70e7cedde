package io.adm4j.export.autodiff;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A convolution and its gradients in a quarter of the multiplications equal those by plain operators. */
@EnabledIf("isX86")
class WinogradTilesTest {
    /** Relative to the largest element. */
    private static final float TOLERANCE = 1e-5f;

    static boolean isX86() {
        return Processor.ofThisMachine() == Processor.X86_64;
    }

    @ParameterizedTest
    @CsvSource({
        // batch, in, out, height, width, kernel, stride, bias, whether it takes a quarter of the multiplications
        "1, 128, 128, 16, 16, 3, 1, true, true",
        "2, 128, 144, 16, 20, 3, 1, false, true",
        "3, 144, 128, 20, 16, 3, 1, true, true",
        "1, 112, 128, 16, 16, 3, 1, true, false",
        "1, 128, 112, 16, 16, 3, 1, true, false",
        "1, 128, 128, 12, 20, 3, 1, true, false",
        "1, 128, 128, 18, 16, 3, 1, true, false",
        "1, 128, 128, 16, 18, 3, 1, true, false",
        "1, 128, 128, 16, 16, 3, 2, true, false",
        "1, 128, 128, 16, 16, 1, 1, true, false"
    })
    void equalPlainOnes(
            int batch, int in, int out, int height, int width, int kernel, int stride, boolean bias, boolean tiled) {
        byte[] plain = graph(Processor.ANY, in, out, height, width, kernel, stride, bias);
        byte[] found = graph(Processor.X86_64, in, out, height, width, kernel, stride, bias);
        assertEquals(tiled, new String(found, ISO_8859_1).contains("Gather"));
        Random random = new Random(7);
        Map<String, Tensor> values = new HashMap<>();
        values.put("x", normal(random, batch, in, height, width));
        values.put("weight", normal(random, out, in, kernel, kernel));
        values.put("seed", normal(random, batch, out, height / stride, width / stride));
        if (bias) {
            values.put("bias", normal(random, out));
        }
        try (OnnxSession one = OnnxSession.open(plain, Device.CPU, 1);
                OnnxSession other = OnnxSession.open(found, Device.CPU, 1)) {
            Map<String, Tensor> actual = other.run(values);
            one.run(values).forEach((name, expected) -> {
                assertArrayEquals(expected.shape(), actual.get(name).shape(), name);
                float[] elements = expected.toFloatArray();
                float largest = 0;
                for (float element : elements) {
                    largest = Math.max(largest, Math.abs(element));
                }
                assertArrayEquals(elements, actual.get(name).toFloatArray(), TOLERANCE * largest, name);
            });
        }
    }

    private static byte[] graph(
            Processor processor, int in, int out, int height, int width, int kernel, int stride, boolean hasBias) {
        GraphBuilder graph = new GraphBuilder();
        List<Value> operands = new ArrayList<>();
        operands.add(graph.input("x", ElementType.FLOAT32, GraphBuilder.BATCH, in, height, width));
        operands.add(graph.input("weight", ElementType.FLOAT32, out, in, kernel, kernel));
        if (hasBias) {
            operands.add(graph.input("bias", ElementType.FLOAT32, out));
        }
        Value y = operands.get(0).conv(operands.get(1), hasBias ? operands.get(2) : null, stride, kernel / 2);
        Value seed = graph.input("seed", ElementType.FLOAT32, y.shape());
        List<Value> outputs = new ArrayList<>();
        outputs.add(graph.named("y", y));
        List<Value> gradients = new Gradients(graph, Kernels.STOCK, processor).of(y, seed, operands);
        for (int i = 0; i < gradients.size(); i++) {
            outputs.add(graph.named("gradient of " + operands.get(i).name(), gradients.get(i)));
        }
        List<Value> inputs = new ArrayList<>(operands);
        inputs.add(seed);
        return OnnxModel.withInputs(graph, inputs, outputs, processor).bytes();
    }

    private static Tensor normal(Random random, long... shape) {
        Tensor tensor = Tensor.zeros(ElementType.FLOAT32, shape);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.floats().put(i, (float) random.nextGaussian());
        }
        return tensor;
    }
}
