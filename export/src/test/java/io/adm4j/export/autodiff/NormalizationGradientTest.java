package io.adm4j.export.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gradient of normalization holds where values are far from 0, differ little, or do not differ at all. */
class NormalizationGradientTest {
    private static final int LENGTH = 512;
    private static final double EPSILON = 1e-5;

    @ParameterizedTest
    @CsvSource({"0, 1, 1e-5", "50, 0.05, 1e-3", "-300, 1, 1e-3", "0, 1e-4, 1e-5", "7, 0, 1e-5"})
    void equalsTheFormula(double mean, double deviation, double tolerance) {
        Random random = new Random(11);
        float[] x = new float[LENGTH];
        float[] seed = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            x[i] = (float) (mean + deviation * random.nextGaussian());
            seed[i] = (float) random.nextGaussian();
        }
        double[] expected = formula(x, seed);
        double largest = IntStream.range(0, LENGTH)
                .mapToDouble(i -> Math.abs(expected[i]))
                .max()
                .orElseThrow();

        float[] actual = gradient(x, seed);

        for (int i = 0; i < LENGTH; i++) {
            assertEquals(expected[i], actual[i], tolerance * largest, "element " + i);
        }
    }

    private static double[] formula(float[] x, float[] dy) {
        double mean =
                IntStream.range(0, LENGTH).mapToDouble(i -> x[i]).average().orElseThrow();
        double variance = IntStream.range(0, LENGTH)
                .mapToDouble(i -> (x[i] - mean) * (x[i] - mean))
                .average()
                .orElseThrow();
        double inverse = 1 / Math.sqrt(variance + EPSILON);
        double[] y = IntStream.range(0, LENGTH)
                .mapToDouble(i -> (x[i] - mean) * inverse)
                .toArray();
        double meanGradient =
                IntStream.range(0, LENGTH).mapToDouble(i -> dy[i]).average().orElseThrow();
        double along = IntStream.range(0, LENGTH)
                .mapToDouble(i -> dy[i] * y[i])
                .average()
                .orElseThrow();
        return IntStream.range(0, LENGTH)
                .mapToDouble(i -> inverse * (dy[i] - meanGradient - y[i] * along))
                .toArray();
    }

    private static float[] gradient(float[] x, float[] seed) {
        GraphBuilder graph = new GraphBuilder();
        Value in = graph.input("x", ElementType.FLOAT32, GraphBuilder.BATCH, 1, LENGTH);
        Value along = graph.input("seed", ElementType.FLOAT32, GraphBuilder.BATCH, 1, LENGTH);
        List<Value> found = new Gradients(graph, Kernels.STOCK).of(in.normalizeGroups(EPSILON), along, List.of(in));
        byte[] model = OnnxModel.withInputs(graph, List.of(in, along), found).bytes();
        try (OnnxSession session = OnnxSession.open(model, Device.CPU, 1)) {
            return session.run(Map.of("x", Tensor.of(x, 1, 1, LENGTH), "seed", Tensor.of(seed, 1, 1, LENGTH)))
                    .get(found.get(0).name())
                    .toFloatArray();
        }
    }
}
