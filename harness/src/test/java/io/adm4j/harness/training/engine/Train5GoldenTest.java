package io.adm4j.harness.training.engine;

import static io.adm4j.export.GoldenCase.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.Golden;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.loss.DiffusionLoss;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.training.AdamW;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** AdamW steps on given batches against PyTorch's: losses, parameters and their moving averages. */
@Tag("training")
class Train5GoldenTest {
    @TempDir
    Path folder;

    static Stream<Arguments> denoisers() {
        return byEngine(Golden.cases("train"));
    }

    static Stream<Arguments> classifiers() {
        return byEngine(Golden.cases("classifier-train"));
    }

    private static Stream<Arguments> byEngine(List<String> cases) {
        return cases.stream().flatMap(name -> Stream.of(EngineKind.values()).map(engine -> arguments(name, engine)));
    }

    @ParameterizedTest
    @MethodSource("denoisers")
    void denoiserStepsLikeTorch(String name, EngineKind engine) {
        GoldenCase golden = GoldenCase.load(name);
        ObjectNode flags = flags(golden, "denoiser");
        flags.put("dropout", 0); // the vectors were made in evaluation mode
        stepsLikeTorch(engine, golden, "denoiser", TrainingGraph.ofDenoiser(UNetConfig.fromFlags(flags), loss(flags)));
    }

    @ParameterizedTest
    @MethodSource("classifiers")
    void classifierStepsLikeTorch(String name, EngineKind engine) {
        GoldenCase golden = GoldenCase.load(name);
        ObjectNode flags = flags(golden, "classifier");
        stepsLikeTorch(
                engine,
                golden,
                "classifier",
                TrainingGraph.ofClassifier(ClassifierConfig.fromFlags(flags), loss(flags), true));
    }

    private static ObjectNode flags(GoldenCase golden, String network) {
        JsonNode settings = golden.settings();
        ObjectNode flags = (ObjectNode) GoldenCase.json(settings.get(network).asText());
        return flags.put("noise_schedule", settings.get("schedule").asText())
                .put("diffusion_steps", settings.get("steps").asInt());
    }

    private static DiffusionLoss loss(ObjectNode flags) {
        DiffusionConfig config = DiffusionConfig.fromJson(flags);
        return new DiffusionLoss(new GaussianDiffusion(config), DiffusionLoss.typeOf(config));
    }

    private void stepsLikeTorch(EngineKind kind, GoldenCase golden, String network, TrainingGraph graph) {
        JsonNode settings = golden.settings();
        List<Double> emaRates =
                settings.has("ema_rate") ? List.of(settings.get("ema_rate").asDouble()) : List.of();
        AdamW optimizer = new AdamW(
                settings.get("betas").get(0).asDouble(),
                settings.get("betas").get(1).asDouble(),
                settings.get("eps").asDouble(),
                settings.get("weight_decay").asDouble());
        kind.start(folder, GoldenCase.weights(settings.get(network).asText()), emaRates);
        EngineSettings engineSettings = new EngineSettings(optimizer, emaRates, Device.CPU, 0);
        try (TrainingEngine engine = kind.open(graph, folder, folder, engineSettings)) {
            float[] expected = golden.arrays().get("loss").toFloatArray();
            for (int step = 0; step < expected.length; step++) {
                Map<String, Tensor> found = engine.accumulate(batch(golden, step));
                assertEquals(expected[step], found.get("loss").floats().get(0), 1e-5, "loss before step " + step);
                engine.update(settings.get("lr").asDouble());
            }
            assertEquals(Optional.empty(), engine.save(folder));
        }
        SavedWeights trained = SavedWeights.read(folder);
        golden.arrays().forEach((key, expected) -> {
            if (key.startsWith("param_")) {
                assertClose(key, expected, trained.weights().get(key.substring(6)), 2e-4, 0);
            } else if (key.startsWith("ema_")) {
                Map<String, Tensor> averages = trained.averages(emaRates.get(0));
                assertClose(key, expected, averages.get(key.substring(4)), 2e-4, 0);
            }
        });
    }

    private static Map<String, Tensor> batch(GoldenCase golden, int step) {
        Map<String, Tensor> batch = new LinkedHashMap<>();
        for (String input : List.of("x_start", "noise", "t", "y")) {
            Tensor all = golden.arrays().get(input);
            if (all != null) {
                long[] shape = all.shape();
                long[] one = new long[shape.length - 1];
                System.arraycopy(shape, 1, one, 0, one.length);
                batch.put(input, all.rows(step, step + 1).reshape(one));
            }
        }
        int size = (int) batch.get("t").dim(0);
        Tensor ones = Tensor.zeros(ElementType.FLOAT32, size);
        for (int i = 0; i < size; i++) {
            ones.floats().put(i, 1);
        }
        batch.put("loss_weight", ones);
        return batch;
    }
}
