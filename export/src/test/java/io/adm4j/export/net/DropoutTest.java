package io.adm4j.export.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DropoutTest {
    private static final double RATE = 0.3;
    private static final int[] IMAGE = {8, 20, 20};
    private static final int LENGTH = 8 * 20 * 20;

    @Test
    void dropsAtTheRateAndKeepsTheMean() {
        float[] mask = masks(DropoutKeys.of(5, 0, 6, 2))[0];
        long dropped = dropped(mask);
        // Five standard deviations of a binomial count.
        double deviation = Math.sqrt(mask.length * RATE * (1 - RATE));
        assertEquals(RATE * mask.length, dropped, 5 * deviation);
        for (float m : mask) {
            assertTrue(m == 0 || Math.abs(m - 1 / (1 - RATE)) < 1e-6);
        }
    }

    @Test
    void layersAndExamplesDropIndependently() {
        float[][] layers = masks(DropoutKeys.of(5, 0, 6, 2));
        assertEquals(RATE * RATE, bothDropped(layers[0], layers[1]), 0.01);
        float[] first = Arrays.copyOfRange(layers[0], 0, LENGTH);
        float[] second = Arrays.copyOfRange(layers[0], LENGTH, 2 * LENGTH);
        assertEquals(RATE * RATE, bothDropped(first, second), 0.025);
        float[] shifted = Arrays.copyOfRange(layers[0], 1, LENGTH + 1);
        assertEquals(RATE * RATE, bothDropped(first, shifted), 0.025);
    }

    @Test
    void anExampleIsTreatedTheSameInEveryBatch() {
        float[] whole = masks(DropoutKeys.of(5, 10, 4, 2))[1];
        float[] part = masks(DropoutKeys.of(5, 12, 2, 2))[1];
        assertArrayEquals(Arrays.copyOfRange(whole, 2 * LENGTH, 4 * LENGTH), part);
    }

    @Test
    void seedsAndExamplesGiveOtherKeys() {
        Tensor keys = DropoutKeys.of(5, 0, 2, 3);
        assertFalse(
                Arrays.equals(keys.toFloatArray(), DropoutKeys.of(6, 0, 2, 3).toFloatArray()));
        assertEquals(6, Arrays.stream(toDoubles(keys.toFloatArray())).distinct().count());
        assertTrue(Arrays.stream(toDoubles(keys.toFloatArray())).allMatch(k -> k >= 1024 && k < 2048));
    }

    @Test
    void trainingGraphUsesOneKeyColumnALayerAndInferenceNone() {
        for (boolean resblocks : new boolean[] {true, false}) {
            UNetConfig config = new UNetConfig(
                    16,
                    0,
                    3,
                    32,
                    2,
                    List.of(1.0, 2.0, 2.0),
                    List.of(8),
                    1,
                    -1,
                    -1,
                    true,
                    true,
                    resblocks,
                    RATE,
                    false,
                    false,
                    10);
            AdmUNet net = new AdmUNet(config);
            assertEquals(net.dropoutLayers(), masksIn(net, net.dropoutLayers()));
            assertThrows(IllegalArgumentException.class, () -> masksIn(net, net.dropoutLayers() - 1));
            GraphBuilder graph = new GraphBuilder();
            net.build(graph, images(graph), graph.input("t", ElementType.FLOAT32, -1), null, Dropout.none());
            assertTrue(graph.nodes().stream().noneMatch(n -> n.op().equals("Floor")));
        }
    }

    @Test
    void theGradientIsTheMask() {
        GraphBuilder graph = new GraphBuilder();
        Value keys = graph.input("keys", ElementType.FLOAT32, GraphBuilder.BATCH, 1);
        Value x = graph.input("x", ElementType.FLOAT32, GraphBuilder.BATCH, 2, 5, 5);
        Value y = Dropout.keyed(keys).apply(x, RATE);
        Value gradient = new Gradients(graph, Kernels.STOCK).of(y, List.of(x)).get(0);
        OnnxModel model = OnnxModel.withInputs(
                graph, List.of(keys, x), List.of(graph.named("y", y), graph.named("gradient", gradient)));
        try (OnnxSession session = OnnxSession.open(model.bytes(), Device.CPU, 1)) {
            Map<String, Tensor> out = session.run(Map.of("keys", DropoutKeys.of(1, 0, 3, 1), "x", ones(3, 2, 5, 5)));
            assertArrayEquals(out.get("y").toFloatArray(), out.get("gradient").toFloatArray());
            assertTrue(dropped(out.get("gradient").toFloatArray()) > 0);
        }
    }

    private static long masksIn(AdmUNet net, int layers) {
        GraphBuilder graph = new GraphBuilder();
        Dropout dropout = Dropout.keyed(graph.input("dropout_keys", ElementType.FLOAT32, GraphBuilder.BATCH, layers));
        net.build(graph, images(graph), graph.input("t", ElementType.FLOAT32, -1), null, dropout);
        return graph.nodes().stream().filter(n -> n.op().equals("Floor")).count();
    }

    private static Value images(GraphBuilder graph) {
        return graph.input("x", ElementType.FLOAT32, GraphBuilder.BATCH, 3, 16, 16);
    }

    /** The masks of two dropout layers, applied to ones. */
    private static float[][] masks(Tensor keys) {
        GraphBuilder graph = new GraphBuilder();
        Value in = graph.input("keys", ElementType.FLOAT32, GraphBuilder.BATCH, 2);
        Value x = graph.input("x", ElementType.FLOAT32, GraphBuilder.BATCH, IMAGE[0], IMAGE[1], IMAGE[2]);
        Dropout dropout = Dropout.keyed(in);
        Value a = graph.named("a", dropout.apply(x, RATE));
        Value b = graph.named("b", dropout.apply(x, RATE));
        OnnxModel model = OnnxModel.withInputs(graph, List.of(in, x), List.of(a, b));
        Tensor ones = ones(keys.dim(0), IMAGE[0], IMAGE[1], IMAGE[2]);
        try (OnnxSession session = OnnxSession.open(model.bytes(), Device.CPU, 1)) {
            Map<String, Tensor> out = session.run(Map.of("keys", keys, "x", ones));
            return new float[][] {out.get("a").toFloatArray(), out.get("b").toFloatArray()};
        }
    }

    private static Tensor ones(long... shape) {
        float[] values = new float[(int) Tensor.elements(shape)];
        Arrays.fill(values, 1);
        return Tensor.of(values, shape);
    }

    private static long dropped(float[] mask) {
        return Arrays.stream(toDoubles(mask)).filter(m -> m == 0).count();
    }

    private static double bothDropped(float[] a, float[] b) {
        int both = 0;
        for (int i = 0; i < a.length; i++) {
            both += a[i] == 0 && b[i] == 0 ? 1 : 0;
        }
        return both / (double) a.length;
    }

    private static double[] toDoubles(float[] values) {
        double[] d = new double[values.length];
        for (int i = 0; i < d.length; i++) {
            d[i] = values[i];
        }
        return d;
    }
}
