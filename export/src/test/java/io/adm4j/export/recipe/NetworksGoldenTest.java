package io.adm4j.export.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adm4j.Golden;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.io.Npz;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The networks compute what the published implementation computes with the same weights. */
class NetworksGoldenTest {

    static List<String> denoisers() {
        return Golden.cases("unet-");
    }

    static List<String> classifiers() {
        return GoldenCase.networks("classifier-");
    }

    @ParameterizedTest
    @MethodSource("denoisers")
    void denoiserMatches(String name) {
        UNetConfig config = UNetConfig.fromFlags(GoldenCase.json(name));
        Map<String, Tensor> arrays = Npz.read(Golden.file(name + ".npz"));
        OnnxModel model = NetworkGraph.of(config, Precision.FP32).withWeights(GoldenCase.weights(name));
        close(arrays.get("out"), run(model, arrays).get("out"));
    }

    @ParameterizedTest
    @MethodSource("classifiers")
    void classifierMatches(String name) {
        ClassifierConfig config = ClassifierConfig.fromFlags(GoldenCase.json(name));
        Map<String, Tensor> arrays = Npz.read(Golden.file(name + ".npz"));
        OnnxModel model = ClassifierGraph.of(config).withWeights(GoldenCase.weights(name));
        close(arrays.get("logits"), run(model, arrays).get("logits"));
    }

    /** A feature network is the classifier at timestep 0; its features determine its logits. */
    @ParameterizedTest
    @MethodSource("classifiers")
    void featuresComeFromTheClassifierAtTimestepZero(String name) {
        ClassifierConfig config = ClassifierConfig.fromFlags(GoldenCase.json(name));
        Map<String, Tensor> weights = GoldenCase.weights(name);
        Map<String, Tensor> arrays = new HashMap<>(Npz.read(Golden.file(name + ".npz")));
        arrays.put("t", Tensor.zeros(ElementType.FLOAT32, arrays.get("x").dim(0)));
        Map<String, Tensor> features = run(FeatureGraph.of(config).withWeights(weights), arrays);
        close(run(ClassifierGraph.of(config).withWeights(weights), arrays).get("logits"), features.get("logits"));
        assertEquals(2, features.get("features").rank());
        assertEquals(arrays.get("x").dim(0), features.get("features").dim(0));
    }

    private static Map<String, Tensor> run(OnnxModel model, Map<String, Tensor> arrays) {
        try (OnnxSession session = OnnxSession.open(model.bytes(), Device.CPU, 0)) {
            Map<String, Tensor> in = new HashMap<>();
            session.inputs().forEach(spec -> in.put(spec.name(), arrays.get(spec.name())));
            return session.run(in);
        }
    }

    private static void close(Tensor expected, Tensor actual) {
        GoldenCase.assertClose("output", expected, actual, 2e-5, 1e-4);
    }
}
