package io.adm4j.harness.cli.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.Golden;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.harness.bundle.BundleAssembler;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bundles whose weights are stored beside the graphs, as those of networks above 1 GiB do, tested with small networks. */
class LargeBundleTest {
    @TempDir
    Path folder;

    static List<String> guided() {
        return Golden.cases("trajectory-").stream()
                .filter(name -> GoldenCase.json(name).hasNonNull("classifier"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("guided")
    void computesWhatASmallOneComputes(String name) {
        JsonNode settings = GoldenCase.json(name);
        ModelBundle small = write("small", settings, OnnxModel.EMBEDDED_MOST);
        ModelBundle large = write("large", settings, 0);

        TreeSet<String> expected = new TreeSet<>(small.manifest().files().keySet());
        expected.add("denoiser.onnx.data");
        expected.add("classifier.onnx.data");
        assertEquals(expected, new TreeSet<>(large.manifest().files().keySet()));
        for (String graph : small.manifest().files().keySet()) {
            assertTrue(bytes(large, graph) < bytes(small, graph), graph);
            Map<String, Tensor> of = run(small, graph);
            run(large, graph).forEach((output, found) -> assertClose(of.get(output), found, output));
        }
    }

    private ModelBundle write(String where, JsonNode settings, long embeddedMost) {
        String denoiser = settings.get("denoiser").asText();
        String classifier = settings.get("classifier").asText();
        try (BundleAssembler bundle = new BundleAssembler(folder.resolve(where), embeddedMost)) {
            bundle.denoiser((ObjectNode) GoldenCase.json(denoiser), GoldenCase.weights(denoiser));
            bundle.classifier((ObjectNode) GoldenCase.json(classifier), GoldenCase.weights(classifier));
            return bundle.finish("golden", List.of(), JsonNodeFactory.instance.objectNode());
        }
    }

    /** Small graphs may be rewritten to other convolutions, whose rounding differs. */
    private static void assertClose(Tensor expected, Tensor found, String output) {
        float[] values = expected.toFloatArray();
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertArrayEquals(values, found.toFloatArray(), 1e-5f * largest, output);
    }

    private static long bytes(ModelBundle bundle, String file) {
        return bundle.manifest().files().get(file).bytes();
    }

    private static Map<String, Tensor> run(ModelBundle bundle, String graph) {
        try (OnnxSession session = OnnxSession.open(bundle.path(graph), Device.CPU, 1)) {
            Map<String, Tensor> inputs = new HashMap<>();
            session.inputs().forEach(input -> {
                long[] shape = input.shape();
                shape[0] = 1;
                Tensor value = Tensor.zeros(input.type(), shape);
                if (input.name().equals("x")) {
                    for (int i = 0; i < value.size(); i++) {
                        value.floats().put(i, (float) Math.sin(i));
                    }
                }
                inputs.put(input.name(), value);
            });
            return session.run(inputs);
        }
    }
}
