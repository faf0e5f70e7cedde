package io.adm4j.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.Golden;
import io.adm4j.io.Npz;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The golden DDIM trajectories with the published predictions of x_0 in the place of the networks: the steps between them
 * are then the sampler's alone. (With guidance these predictions hold the gradient's part already.)
 */
class TrajectoryReplayGoldenTest {
    static Stream<String> cases() {
        return Golden.cases("trajectory-").stream()
                .filter(c -> read(c).get("sampler").asText().equals("ddim"));
    }

    private static JsonNode read(String name) {
        Path file = Golden.file(name + ".json");
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new IllegalStateException(file + " cannot be read.", e);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eachStepIsAsPublished(String name) {
        JsonNode settings = read(name);
        Map<String, Tensor> golden = Npz.read(Golden.file(name + ".npz"));
        Tensor xs = golden.get("xs");
        Tensor predictions = golden.get("pred_xstart");
        Tensor noise = golden.get("noise");
        GaussianDiffusion process = new GaussianDiffusion(new DiffusionConfig(
                false,
                1000,
                settings.get("schedule").asText(),
                settings.get("spacing").asText(),
                false,
                true,
                false,
                false,
                false));
        AtomicInteger call = new AtomicInteger();
        Denoiser replay = (x, t, y) -> row(predictions, call.getAndIncrement());
        NoiseSource recorded =
                (step, into) -> into.floats().put(row(noise, step).floats());
        Iterator<StepState> steps = new DdimSampler(process, settings.get("eta").asDouble(), false)
                .steps(replay, Guidance.none(), row(xs, 0), null, recorded);
        int step = 0;
        while (steps.hasNext()) {
            float[] actual = steps.next().next().toFloatArray();
            float[] expected = row(xs, ++step).toFloatArray();
            for (int i = 0; i < actual.length; i++) {
                assertEquals(expected[i], actual[i], 2e-4, "step " + step + ", element " + i);
            }
        }
        assertEquals(xs.dim(0) - 1, step);
    }

    private static Tensor row(Tensor t, int index) {
        return t.rows(index, index + 1).reshape(Arrays.copyOfRange(t.shape(), 1, t.rank()));
    }
}
