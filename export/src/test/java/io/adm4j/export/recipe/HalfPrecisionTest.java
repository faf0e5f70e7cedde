package io.adm4j.export.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.Golden;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.autodiff.Gradients;
import io.adm4j.export.autodiff.Kernels;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Node;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Value;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.feedback.UserError;
import io.adm4j.io.Npz;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.HalfFloat;
import io.adm4j.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The denoiser in float16, against what the published code computes in float32. */
class HalfPrecisionTest {
    private static final double TOLERANCE = 2e-2;

    /** The files of these small networks hold relatively more of what is no weight. */
    private static final double LARGEST_SHARE = 0.6;

    private static final Set<String> ON_GPU = Set.of(
            "Add",
            "AveragePool",
            "Cast",
            "Concat",
            "Conv",
            "FusedMatMul",
            "MatMul",
            "QuickGelu",
            "Reshape",
            "Resize",
            "Split");

    static List<String> denoisers() {
        return Golden.cases("unet-");
    }

    @ParameterizedTest
    @MethodSource("denoisers")
    void theOutputIsCloseAndTheFileHalfAsLarge(String name) {
        Network network = Network.read(name);
        byte[] half = network.model(Precision.FP16);
        byte[] full = network.model(Precision.FP32);
        Map<String, Tensor> arrays = Npz.read(Golden.file(name + ".npz"));
        double error = relativeError(arrays.get("out"), run(half, arrays).get("out"));
        assertTrue(error < TOLERANCE, "The relative error is " + error + ".");
        // Were it smaller than float16 is fine, the graph would still be the one of float32.
        assertTrue(error > 1e-5, "The relative error is only " + error + ".");
        double share = (double) half.length / full.length;
        assertTrue(share < LARGEST_SHARE, "The file has " + share + " of the size.");
    }

    /** The network of weights that were rounded to float16 beforehand computes the same. */
    @ParameterizedTest
    @MethodSource("denoisers")
    void weightsStoredAsFloat16AreOnlyRounded(String name) {
        Network network = Network.read(name);
        byte[] stored = network.model(Precision.FP16_WEIGHTS);
        Map<String, Tensor> rounded = new HashMap<>();
        network.weights.forEach((weight, values) -> {
            Tensor halves = values.copy();
            boolean keptInFloat32 = weight.equals("label_emb.weight") || values.rank() == 1 && isNorm(network, weight);
            for (int i = 0; i < halves.size() && !keptInFloat32; i++) {
                halves.floats().put(i, HalfFloat.rounded(values.floats().get(i)));
            }
            rounded.put(weight, halves);
        });
        byte[] full = new Network(network.config, rounded).model(Precision.FP32);
        Map<String, Tensor> arrays = Npz.read(Golden.file(name + ".npz"));

        double error =
                relativeError(run(full, arrays).get("out"), run(stored, arrays).get("out"));

        assertTrue(error < 1e-5, "The relative error is " + error + ".");
        assertTrue(relativeError(arrays.get("out"), run(stored, arrays).get("out")) > 1e-5, "Nothing was rounded.");
        double share = (double) stored.length / full.length;
        assertTrue(share < LARGEST_SHARE, "The file has " + share + " of the size.");
    }

    /** Normalization has one weight per channel, layers have more. */
    private static boolean isNorm(Network network, String weight) {
        return network.weights
                        .get(weight.replaceAll("(weight|bias)$", "weight"))
                        .rank()
                == 1;
    }

    /** Everything else would fall back to the CPU where the graph runs on a GPU, or lose what float32 is kept for. */
    @ParameterizedTest
    @MethodSource("denoisers")
    void onlyOperatorsWithFloat16KernelsSeeFloat16(String name) {
        Set<String> seen = new TreeSet<>();
        for (Node node : Network.read(name).graph(Precision.FP16).nodes()) {
            boolean half = Stream.concat(node.inputs().stream(), node.outputs().stream())
                    .anyMatch(v -> v != null && v.type() == ElementType.FLOAT16);
            if (half) {
                seen.add(node.op());
            }
        }
        assertTrue(seen.contains("Conv") && ON_GPU.containsAll(seen), seen.toString());
    }

    /** Differentiation takes casts and constants of float16 in its stride. */
    @ParameterizedTest
    @MethodSource("denoisers")
    void gradientsGoThroughIt(String name) {
        Network network = Network.read(name);
        Map<String, Tensor> arrays = Npz.read(Golden.file(name + ".npz"));
        Tensor full = run(network.gradient(Precision.FP32), arrays).get("grad");
        Tensor half = run(network.gradient(Precision.FP16), arrays).get("grad");
        double error = relativeError(full, half);
        assertTrue(error < TOLERANCE, "The relative error is " + error + ".");
    }

    @Test
    void weightsBeyondFloat16AreRefusedByName() {
        Network network = Network.read(Golden.cases("unet-").get(0));
        String name = "middle_block.0.in_layers.2.weight";
        for (float bad : new float[] {65520, Float.NEGATIVE_INFINITY, Float.NaN}) {
            Map<String, Tensor> weights = new HashMap<>(network.weights);
            Tensor changed = Tensor.of(
                    weights.get(name).toFloatArray(), weights.get(name).shape());
            changed.floats().put(changed.size() / 2, bad);
            weights.put(name, changed);
            String message = assertThrows(
                            UserError.class, () -> new Network(network.config, weights).model(Precision.FP16))
                    .getMessage();
            assertTrue(message.contains("'" + name + "'") && message.contains("fp32"), message);
        }
    }

    /** What is computed in float32 need not fit into float16: the output's weights. */
    @Test
    void theOutputLayerStaysFloat32() {
        Network network = Network.read(Golden.cases("unet-").get(0));
        Map<String, Tensor> weights = new HashMap<>(network.weights);
        Tensor large =
                Tensor.zeros(ElementType.FLOAT32, weights.get("out.2.bias").shape());
        large.floats().put(0, 1e6f);
        weights.put("out.2.bias", large);
        byte[] model = new Network(network.config, weights).model(Precision.FP16);
        try (OnnxSession session = OnnxSession.open(model, Device.CPU, 0)) {
            assertFalse(session.inputs().stream().anyMatch(i -> i.type() == ElementType.FLOAT16));
            assertEquals(ElementType.FLOAT32, session.outputs().get(0).type());
        }
    }

    /** A network with its weights. */
    private record Network(UNetConfig config, Map<String, Tensor> weights) {

        static Network read(String name) {
            return new Network(UNetConfig.fromFlags(GoldenCase.json(name)), GoldenCase.weights(name));
        }

        /** The network from inputs named as in bundles to "out". */
        GraphBuilder graph(Precision precision) {
            return NetworkGraph.of(config, precision).graph();
        }

        byte[] model(Precision precision) {
            return NetworkGraph.of(config, precision).withWeights(weights).bytes();
        }

        /** The gradient of the summed output by x. */
        byte[] gradient(Precision precision) {
            GraphBuilder graph = graph(precision);
            Value gradient = new Gradients(graph, Kernels.STOCK)
                    .of(graph.value("out"), List.of(graph.value("x")))
                    .get(0);
            return OnnxModel.withWeights(graph, graph.inputs(), List.of(graph.named("grad", gradient)), weights)
                    .bytes();
        }
    }

    private static Map<String, Tensor> run(byte[] model, Map<String, Tensor> arrays) {
        try (OnnxSession session = OnnxSession.open(model, Device.CPU, 0)) {
            Map<String, Tensor> in = new HashMap<>();
            session.inputs().forEach(spec -> in.put(spec.name(), arrays.get(spec.name())));
            return session.run(in);
        }
    }

    /** The largest difference, relative to the largest number. */
    private static double relativeError(Tensor expected, Tensor actual) {
        float[] e = expected.toFloatArray();
        float[] a = actual.toFloatArray();
        assertEquals(e.length, a.length);
        double largest = 0;
        double off = 0;
        for (int i = 0; i < e.length; i++) {
            largest = Math.max(largest, Math.abs(e[i]));
            off = Math.max(off, Math.abs((double) a[i] - e[i]));
        }
        return off / largest;
    }
}
