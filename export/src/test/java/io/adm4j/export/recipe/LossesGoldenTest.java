package io.adm4j.export.recipe;

import static io.adm4j.export.GoldenCase.assertClose;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.Golden;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.autodiff.Gradients;
import io.adm4j.export.autodiff.Kernels;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.graph.Value;
import io.adm4j.export.loss.DiffusionLoss;
import io.adm4j.export.loss.LossType;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The losses and their gradients against the published code's. */
class LossesGoldenTest {

    static Stream<String> cases() {
        return Golden.cases("losses").stream()
                .filter(name -> GoldenCase.json(name).has("rescaled_hybrid_steps"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hybridLoss(String name) {
        GoldenCase golden = GoldenCase.load(name);
        check(golden, "hybrid", LossType.MSE, false);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void klLoss(String name) {
        GoldenCase golden = GoldenCase.load(name);
        check(golden, "kl", LossType.RESCALED_KL, false);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rescaledHybridLoss(String name) {
        GoldenCase golden = GoldenCase.load(name);
        check(golden, "rescaled_hybrid", LossType.RESCALED_MSE, true);
    }

    static Stream<String> upsamplers() {
        // A folder without such vectors still has a case, so that the others count.
        return Stream.concat(
                Golden.cases("losses").stream()
                        .filter(name -> GoldenCase.json(name).has("low_res")),
                Stream.of("none"));
    }

    @ParameterizedTest
    @MethodSource("upsamplers")
    void upsamplerLoss(String name) {
        assumeFalse(name.equals("none"));
        GoldenCase golden = GoldenCase.load(name);
        check(golden, "", LossType.MSE, false);
    }

    private static void check(GoldenCase golden, String prefix, LossType type, boolean fewer) {
        String denoiser = golden.settings().get("denoiser").asText();
        ObjectNode flags = (ObjectNode) GoldenCase.json(denoiser);
        int steps = golden.settings().get("steps").asInt();
        int taken = fewer ? golden.settings().get("rescaled_hybrid_steps").asInt() : steps;
        flags.put("noise_schedule", golden.settings().get("schedule").asText()).put("diffusion_steps", taken);
        flags.put("dropout", 0); // the vectors were made in evaluation mode
        DiffusionConfig config = DiffusionConfig.fromJson(flags);
        GaussianDiffusion diffusion = new GaussianDiffusion(config);
        UNetConfig network = UNetConfig.fromFlags(flags);
        TrainingGraph training = TrainingGraph.ofDenoiser(network, new DiffusionLoss(diffusion, type));

        String terms = prefix.isEmpty() ? "" : prefix + "_";
        String gradientPrefix = terms + "grad_";
        List<Parameter> checked = training.graph().parameters().stream()
                .filter(p -> golden.arrays().containsKey(gradientPrefix + p.name()))
                .toList();
        assertTrue(!checked.isEmpty());
        List<Value> gradients = new Gradients(training.graph(), Kernels.STOCK)
                .of(training.loss(), checked.stream().map(Parameter::value).toList());
        List<Value> inputs = training.graph().inputs();
        List<Value> outputs = new ArrayList<>(training.outputs());
        outputs.addAll(gradients);
        byte[] model = OnnxModel.withWeights(training.graph(), inputs, outputs, GoldenCase.weights(denoiser))
                .bytes();

        Tensor t = golden.arrays().get("t");
        int batch = t.size();
        Map<String, Tensor> given = new LinkedHashMap<>();
        for (Value input : inputs) {
            if (golden.arrays().containsKey(input.name())) {
                given.put(input.name(), golden.arrays().get(input.name()));
            }
        }
        if (fewer) {
            Tensor mapped = Tensor.zeros(ElementType.INT64, batch);
            for (int i = 0; i < batch; i++) {
                mapped.longs().put(i, t.longs().get(i) * diffusion.numTimesteps() / steps);
            }
            given.put("t", mapped);
        }
        Tensor ones = Tensor.zeros(ElementType.FLOAT32, batch);
        for (int i = 0; i < batch; i++) {
            ones.floats().put(i, 1);
        }
        given.put("loss_weight", ones);
        // The published code names an upsampler's images after their size.
        given.computeIfAbsent("x_start", input -> golden.arrays().get("large"));
        try (OnnxSession session = OnnxSession.open(model, Device.CPU, 0)) {
            Map<String, Tensor> found = session.run(given);
            assertClose(terms + "loss", golden.arrays().get(terms + "loss"), found.get("losses"), 0, 1e-4);
            if (golden.arrays().containsKey(terms + "vb")) {
                assertClose(terms + "vb", golden.arrays().get(terms + "vb"), found.get("vb"), 0, 1e-4);
                assertClose(terms + "mse", golden.arrays().get(terms + "mse"), found.get("mse"), 0, 1e-4);
            }
            for (int i = 0; i < checked.size(); i++) {
                String key = gradientPrefix + checked.get(i).name();
                GoldenCase.assertGradient(
                        key,
                        golden.arrays().get(key),
                        found.get(gradients.get(i).name()));
            }
        }
    }
}
