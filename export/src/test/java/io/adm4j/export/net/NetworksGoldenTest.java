package io.adm4j.export.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.Golden;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.importer.torch.TorchCheckpoint;
import io.adm4j.export.importer.torch.WeightCheck;
import io.adm4j.io.Npz;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
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
        return Golden.cases("classifier-");
    }

    @ParameterizedTest
    @MethodSource("denoisers")
    void denoiserMatches(String name) throws IOException {
        UNetConfig config = UNetConfig.fromFlags(flags(name));
        Map<String, Tensor> arrays = Npz.read(Golden.file(name + ".npz"));
        OnnxModel model = NetworkModels.denoiser(config, weights(name, NetworkModels.parameters(config)));
        close(arrays.get("out"), run(model, arrays).get("out"));
    }

    @ParameterizedTest
    @MethodSource("classifiers")
    void classifierMatches(String name) throws IOException {
        ClassifierConfig config = ClassifierConfig.fromFlags(flags(name));
        Map<String, Tensor> arrays = Npz.read(Golden.file(name + ".npz"));
        OnnxModel model = NetworkModels.classifier(config, weights(name, NetworkModels.parameters(config)));
        close(arrays.get("logits"), run(model, arrays).get("logits"));
    }

    /** A feature network is the classifier at timestep 0; its features determine its logits. */
    @ParameterizedTest
    @MethodSource("classifiers")
    void featuresComeFromTheClassifierAtTimestepZero(String name) throws IOException {
        ClassifierConfig config = ClassifierConfig.fromFlags(flags(name));
        Map<String, Tensor> weights = weights(name, NetworkModels.parameters(config));
        Map<String, Tensor> arrays = new HashMap<>(Npz.read(Golden.file(name + ".npz")));
        arrays.put("t", Tensor.zeros(ElementType.FLOAT32, arrays.get("x").dim(0)));
        Map<String, Tensor> features = run(NetworkModels.features(config, weights), arrays);
        close(run(NetworkModels.classifier(config, weights), arrays).get("logits"), features.get("logits"));
        assertEquals(2, features.get("features").rank());
        assertEquals(arrays.get("x").dim(0), features.get("features").dim(0));
    }

    private static JsonNode flags(String name) throws IOException {
        return new ObjectMapper().readTree(Golden.file(name + ".json").toFile());
    }

    private static Map<String, Tensor> weights(String name, List<Parameter> parameters) {
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(Golden.file(name + ".pt"))) {
            return WeightCheck.read(checkpoint, parameters);
        }
    }

    private static Map<String, Tensor> run(OnnxModel model, Map<String, Tensor> arrays) {
        try (OnnxSession session = OnnxSession.open(model.bytes(), Device.CPU, 0)) {
            Map<String, Tensor> in = new HashMap<>();
            session.inputs().forEach(spec -> in.put(spec.name(), arrays.get(spec.name())));
            return session.run(in);
        }
    }

    private static void close(Tensor expected, Tensor actual) {
        assertArrayEquals(expected.shape(), actual.shape());
        float[] e = expected.toFloatArray();
        float[] a = actual.toFloatArray();
        double worst = 0;
        for (int i = 0; i < e.length; i++) {
            worst = Math.max(worst, Math.abs(a[i] - e[i]) / (2e-5 + 1e-4 * Math.abs(e[i])));
        }
        double w = worst;
        assertTrue(worst <= 1, () -> "The largest difference is " + w + " times what is allowed.");
    }
}
