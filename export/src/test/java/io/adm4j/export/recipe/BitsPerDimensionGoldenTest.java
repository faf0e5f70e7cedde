package io.adm4j.export.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import io.adm4j.Golden;
import io.adm4j.diffusion.BitsPerDimension;
import io.adm4j.diffusion.Denoiser;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.diffusion.NoiseSource;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.io.Npz;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bound of a whole network is the published implementation's, at every timestep. */
class BitsPerDimensionGoldenTest {
    private static final double TOLERANCE = 1e-4;

    static List<String> cases() {
        return Golden.cases("losses").stream()
                .filter(name -> GoldenCase.json(name).has("bpd_spacing"))
                .toList();
    }

    @Test
    void thereAreCases() {
        assertFalse(cases().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyTermMatches(String name) throws IOException {
        JsonNode settings = GoldenCase.json(name);
        Map<String, Tensor> golden = Npz.read(Golden.file(name + ".npz"));
        String network = settings.get("denoiser").asText();
        JsonNode flags = GoldenCase.json(network);
        UNetConfig config = UNetConfig.fromFlags(flags);
        GaussianDiffusion process = new GaussianDiffusion(new DiffusionConfig(
                flags.path("learn_sigma").asBoolean(),
                settings.get("steps").asInt(),
                settings.get("schedule").asText(),
                settings.get("bpd_spacing").asText(),
                false,
                false,
                false,
                false,
                false));
        Tensor drawn = golden.get("bpd_noise");
        NoiseSource recorded =
                (step, noise) -> noise.floats().put(drawn.rows(step, step + 1).floats());
        byte[] graph = NetworkGraph.of(config, Precision.FP32)
                .withWeights(GoldenCase.weights(network))
                .bytes();
        BitsPerDimension.Terms terms;
        int[] reported = {0};
        try (OnnxSession session = OnnxSession.open(graph, Device.CPU, 0)) {
            terms = new BitsPerDimension(process, true)
                    .evaluate(
                            denoiser(session),
                            golden.get("x_start"),
                            golden.get("y"),
                            recorded,
                            (done, of) -> reported[0]++);
        }
        assertEquals(process.numTimesteps(), reported[0]);
        assertClose(golden.get("bpd_total_bpd"), terms.total());
        assertClose(golden.get("bpd_prior_bpd"), terms.prior());
        assertClose(golden.get("bpd_vb"), flat(terms.vb()));
        assertClose(golden.get("bpd_xstart_mse"), flat(terms.xStartMse()));
        assertClose(golden.get("bpd_mse"), flat(terms.mse()));
    }

    private static Denoiser denoiser(OnnxSession session) {
        return (x, t, y) -> {
            Map<String, Tensor> inputs = new HashMap<>(Map.of("x", x, "t", t));
            if (session.inputs().stream().anyMatch(i -> i.name().equals("y"))) {
                inputs.put("y", y);
            }
            return session.run(inputs).get("out");
        };
    }

    private static double[] flat(double[][] matrix) {
        return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
    }

    private static void assertClose(Tensor expected, double[] actual) {
        FloatBuffer values = expected.floats();
        assertEquals(values.capacity(), actual.length);
        for (int i = 0; i < actual.length; i++) {
            assertEquals(values.get(i), actual[i], TOLERANCE * Math.abs(values.get(i)), "element " + i);
        }
    }
}
