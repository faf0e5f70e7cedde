package io.adm4j.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.Golden;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every array of every {@code schedules} case; its key says what it is. */
class ScheduleGoldenTest {
    private static final double TOLERANCE = 1e-12;
    private static final String MAP = "timestep_map_";

    private static final Map<String, Function<GaussianDiffusion, double[]>> ARRAYS = new LinkedHashMap<>();

    static {
        ARRAYS.put("betas_", GaussianDiffusion::betas);
        ARRAYS.put("alphas_cumprod_prev_", GaussianDiffusion::alphasCumprodPrev);
        ARRAYS.put("alphas_cumprod_", GaussianDiffusion::alphasCumprod);
        ARRAYS.put("posterior_variance_", GaussianDiffusion::posteriorVariance);
        ARRAYS.put("posterior_log_variance_clipped_", GaussianDiffusion::posteriorLogVarianceClipped);
        ARRAYS.put("posterior_mean_coef1_", GaussianDiffusion::posteriorMeanCoef1);
        ARRAYS.put("posterior_mean_coef2_", GaussianDiffusion::posteriorMeanCoef2);
    }

    static Stream<String> cases() {
        return Golden.cases("schedules").stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyArrayIsAsPublished(String name) throws IOException {
        Map<String, Tensor> golden = Npz.read(Golden.file(name + ".npz"));
        JsonNode settings =
                new ObjectMapper().readTree(Golden.file(name + ".json").toFile());
        int steps = settings.get("steps").intValue();
        List<String> processes = golden.keySet().stream()
                .filter(k -> k.startsWith(MAP))
                .map(k -> k.substring(MAP.length()))
                .toList();
        assertTrue(!processes.isEmpty());
        for (Map.Entry<String, Tensor> e : golden.entrySet()) {
            String key = e.getKey();
            if (key.startsWith("respace_")) {
                assertKept(e.getValue(), TimestepRespacing.parse(key.substring("respace_".length()), steps), key);
            } else if (key.startsWith(MAP)) {
                assertKept(
                        e.getValue(),
                        process(key.substring(MAP.length()), steps).timestepMap(),
                        key);
            } else {
                String prefix = ARRAYS.keySet().stream()
                        .filter(key::startsWith)
                        .findFirst()
                        .orElse(null);
                assertNotNull(prefix, "what is " + key + "?");
                String rest = key.substring(prefix.length());
                double[] actual =
                        processes.contains(rest) ? ARRAYS.get(prefix).apply(process(rest, steps)) : schedule(rest);
                assertClose(e.getValue().toDoubleArray(), actual, key);
            }
        }
    }

    private static double[] schedule(String nameAndSteps) {
        int cut = nameAndSteps.indexOf('_');
        return NoiseSchedule.of(nameAndSteps.substring(0, cut), Integer.parseInt(nameAndSteps.substring(cut + 1)))
                .betas();
    }

    private static GaussianDiffusion process(String scheduleAndSpec, int steps) {
        int cut = scheduleAndSpec.indexOf('_');
        ObjectMapper mapper = new ObjectMapper();
        return new GaussianDiffusion(DiffusionConfig.fromJson(mapper.createObjectNode()
                .put("diffusion_steps", steps)
                .put("noise_schedule", scheduleAndSpec.substring(0, cut))
                .put("timestep_respacing", scheduleAndSpec.substring(cut + 1))));
    }

    private static void assertKept(Tensor expected, int[] actual, String key) {
        assertArrayEquals(
                expected.toLongArray(), Arrays.stream(actual).asLongStream().toArray(), key);
    }

    private static void assertClose(double[] expected, double[] actual, String key) {
        assertEquals(expected.length, actual.length, key);
        for (int i = 0; i < expected.length; i++) {
            double allowed = TOLERANCE * Math.max(1, Math.abs(expected[i]));
            assertEquals(expected[i], actual[i], allowed, key + "[" + i + "]");
        }
    }
}
