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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A convolution and its gradients in the blocked kernels of x86-64 equal those in plain operators. */
@EnabledIf("hasKernels")
class BlockedConvolutionsTest {
    private static final double TOLERANCE = 1e-4;

    static boolean hasKernels() {
        return Processor.ofThisMachine() == Processor.X86_64;
    }

    @ParameterizedTest
    @CsvSource({
        // batch, in, out, size, kernel, stride, whether blocked kernels are faster
        "1, 32, 32, 8, 3, 1, true",
        "3, 48, 32, 8, 3, 1, true",
        "2, 16, 80, 12, 3, 1, true",
        "2, 32, 32, 9, 3, 2, true",
        "2, 32, 64, 8, 1, 1, false",
        "2, 3, 32, 8, 3, 1, false",
        "2, 32, 6, 8, 3, 1, false",
        "2, 32, 24, 8, 3, 1, false"
    })
    void equalPlainOnes(int batch, int in, int out, int size, int kernel, int stride, boolean blocked) {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ElementType.FLOAT32, GraphBuilder.BATCH, in, size, size);
        Value weight = graph.input("weight", ElementType.FLOAT32, out, in, kernel, kernel);
        Value bias = graph.input("bias", ElementType.FLOAT32, out);
        Value y = x.conv(weight, bias, stride, kernel / 2);
        Value seed = graph.input("seed", ElementType.FLOAT32, y.shape());
        List<Value> found = new Gradients(graph, Kernels.STOCK).of(y, seed, List.of(x, weight, bias));
        List<Value> outputs = List.of(y, found.get(0), found.get(1), found.get(2));
        List<Value> inputs = List.of(x, weight, bias, seed);
        byte[] plain = OnnxModel.withInputs(graph, inputs, outputs).bytes();
        byte[] rewritten =
                OnnxModel.withInputs(graph, inputs, outputs, Processor.X86_64).bytes();
        assertEquals(blocked, new String(rewritten, ISO_8859_1).contains("com.microsoft.nchwc"));

        Random random = new Random(3);
        Map<String, Tensor> values = new HashMap<>();
        for (Value v : inputs) {
            long[] shape = v.shape();
            shape[0] = Math.abs(shape[0]) == 1 ? batch : shape[0];
            Tensor t = Tensor.zeros(ElementType.FLOAT32, shape);
            for (int i = 0; i < t.size(); i++) {
                t.floats().put(i, (float) random.nextGaussian());
            }
            values.put(v.name(), t);
        }
        try (OnnxSession one = OnnxSession.open(plain, Device.CPU, 1);
                OnnxSession other = OnnxSession.open(rewritten, Device.CPU, 1)) {
            Map<String, Tensor> expected = one.run(values);
            Map<String, Tensor> actual = other.run(values);
            for (Value v : outputs) {
                float[] a = expected.get(v.name()).toFloatArray();
                float[] b = actual.get(v.name()).toFloatArray();
                assertArrayEquals(a, b, (float) TOLERANCE, v.name());
            }
        }
    }
}
