package io.adm4j.export.training;

import static io.adm4j.export.GoldenCase.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.Golden;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.graph.Processor;
import io.adm4j.export.loss.DiffusionLoss;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.TrainingSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** AdamW steps on given batches against PyTorch's: losses, parameters and their moving averages. */
@Tag("training")
class Train5GoldenTest {
    @TempDir
    Path folder;

    static Stream<String> denoisers() {
        return Golden.cases("train").stream();
    }

    static Stream<String> classifiers() {
        return Golden.cases("classifier-train").stream();
    }

    @ParameterizedTest
    @MethodSource("denoisers")
    void denoiserStepsLikeTorch(String name) {
        GoldenCase golden = GoldenCase.load(name);
        ObjectNode flags = flags(golden, "denoiser");
        flags.put("dropout", 0); // the vectors were made in evaluation mode
        stepsLikeTorch(golden, "denoiser", TrainingGraph.ofDenoiser(UNetConfig.fromFlags(flags), loss(flags)));
    }

    @ParameterizedTest
    @MethodSource("classifiers")
    void classifierStepsLikeTorch(String name) {
        GoldenCase golden = GoldenCase.load(name);
        ObjectNode flags = flags(golden, "classifier");
        stepsLikeTorch(
                golden, "classifier", TrainingGraph.ofClassifier(ClassifierConfig.fromFlags(flags), loss(flags), true));
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

    private void stepsLikeTorch(GoldenCase golden, String network, TrainingGraph graph) {
        JsonNode settings = golden.settings();
        List<Double> emaRates =
                settings.has("ema_rate") ? List.of(settings.get("ema_rate").asDouble()) : List.of();
        AdamW optimizer = new AdamW(
                settings.get("betas").get(0).asDouble(),
                settings.get("betas").get(1).asDouble(),
                settings.get("eps").asDouble(),
                settings.get("weight_decay").asDouble());
        TrainingArtifacts.write(folder, graph, optimizer, emaRates, Processor.ofThisMachine());
        Path start = folder.resolve("start.ckpt");
        TrainingArtifacts.start(GoldenCase.weights(settings.get(network).asText()), emaRates)
                .write(start);

        Path end = folder.resolve("end.ckpt");
        try (TrainingSession session = TrainingSession.open(
                start,
                folder.resolve(TrainingArtifacts.TRAINING_MODEL),
                folder.resolve(TrainingArtifacts.OPTIMIZER_MODEL),
                Device.CPU,
                0)) {
            float[] expected = golden.arrays().get("loss").toFloatArray();
            for (int step = 0; step < expected.length; step++) {
                Map<String, Tensor> found = session.accumulate(batch(golden, step));
                assertEquals(expected[step], found.get("loss").floats().get(0), 1e-5, "loss before step " + step);
                session.update(settings.get("lr").asDouble());
            }
            session.save(end);
        }
        OrtCheckpoint trained = OrtCheckpoint.read(end);
        golden.arrays().forEach((key, expected) -> {
            if (key.startsWith("param_")) {
                assertClose(key, expected, trained.trainable().get(key.substring(6)), 2e-4, 0);
            } else if (key.startsWith("ema_")) {
                Map<String, Tensor> averages = TrainingArtifacts.averages(trained, emaRates.get(0));
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
        batch.put(TrainingArtifacts.EMA_SWITCH, Tensor.of(new float[] {1}));
        return batch;
    }
}
