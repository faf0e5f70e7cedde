package io.adm4j.harness.training.engine;

import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.diffusion.GaussianDiffusion;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Node;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Value;
import io.adm4j.export.loss.DiffusionLoss;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.training.AdamW;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradient of every parameter of the golden networks, as each engine computes it, against central differences of the loss
 * in float64, in random directions in the space of all parameters.
 */
@Tag("training")
class GoldenGradientsTest {
    private static final int DIRECTIONS = 2;
    /**
     * Each parameter's part of a slope is about 0.6 to either side. Those of float32 gradients are off by less than 1e-6 of
     * that, and these differences by 1e-8: slopes of 250 parameters were found off by 1e-4 at most.
     */
    private static final double TOLERANCE = 3e-4;

    @TempDir
    Path folder;

    static Stream<String> networks() {
        return Stream.of("unet", "classifier").flatMap(prefix -> GoldenCase.networks(prefix).stream());
    }

    @ParameterizedTest
    @MethodSource("networks")
    void gradientsAreTheSlopesOfTheLoss(String name) throws IOException {
        Map<String, Tensor> weights = GoldenCase.weights(name);
        Map<String, Tensor> batch = batch(network(name));
        Map<EngineKind, Map<String, float[]>> gradients = new EnumMap<>(EngineKind.class);
        for (EngineKind engine : EngineKind.values()) {
            gradients.put(engine, gradients(engine, name, weights, batch));
        }
        Random random = new Random(5);
        try (Loss loss = Loss.of(folder, network(name), weights, batch)) {
            for (int i = 0; i < DIRECTIONS; i++) {
                Map<String, double[]> direction = direction(random, gradients.get(EngineKind.PLAIN));
                double expected = loss.slope(direction);
                gradients.forEach((engine, found) -> {
                    double slope = inner(found, direction);
                    if (!(Math.abs(slope - expected) <= TOLERANCE)) {
                        fail(engine + ": a slope of " + slope + " instead of " + expected + "; wrong: "
                                + wrong(loss, found, direction));
                    }
                });
            }
        }
    }

    /** Random numbers of a size by which every parameter's part of the slope is about as large, if its gradient is not 0. */
    private static Map<String, double[]> direction(Random random, Map<String, float[]> gradients) {
        double largest = gradients.values().stream()
                .mapToDouble(GoldenGradientsTest::norm)
                .max()
                .orElseThrow();
        Map<String, double[]> direction = new LinkedHashMap<>();
        gradients.forEach((parameter, gradient) -> {
            double scale = 1 / Math.max(norm(gradient), 1e-3 * largest);
            direction.put(
                    parameter, random.doubles(gradient.length, -scale, scale).toArray());
        });
        return direction;
    }

    /** The parameters whose part of the slope is another than by their gradients. */
    private static List<String> wrong(Loss loss, Map<String, float[]> gradients, Map<String, double[]> direction) {
        return gradients.keySet().stream()
                .filter(parameter -> {
                    Map<String, double[]> alone = Map.of(parameter, direction.get(parameter));
                    return Math.abs(loss.slope(alone) - inner(gradients, alone)) > TOLERANCE / 2;
                })
                .toList();
    }

    private static double inner(Map<String, float[]> gradients, Map<String, double[]> direction) {
        double sum = 0;
        for (Map.Entry<String, double[]> entry : direction.entrySet()) {
            float[] gradient = gradients.get(entry.getKey());
            for (int i = 0; i < gradient.length; i++) {
                sum += gradient[i] * entry.getValue()[i];
            }
        }
        return sum;
    }

    private static double norm(float[] v) {
        double sum = 0;
        for (float x : v) {
            sum += (double) x * x;
        }
        return Math.sqrt(sum);
    }

    private static TrainingGraph network(String name) {
        ObjectNode flags = (ObjectNode) GoldenCase.json(name);
        flags.put("dropout", 0);
        DiffusionConfig config = DiffusionConfig.fromJson(flags);
        DiffusionLoss loss = new DiffusionLoss(new GaussianDiffusion(config), DiffusionLoss.typeOf(config));
        return flags.has("classifier_width")
                ? TrainingGraph.ofClassifier(ClassifierConfig.fromFlags(flags), loss, true)
                : TrainingGraph.ofDenoiser(UNetConfig.fromFlags(flags), loss);
    }

    /**
     * Two images of noise. Neither is at t = 0: the bound there is the logarithm of a difference, whose gradient float32 keeps
     * few digits of; it has golden vectors.
     */
    private static Map<String, Tensor> batch(TrainingGraph network) {
        Random random = new Random(3);
        Map<String, Tensor> batch = new LinkedHashMap<>();
        for (Value input : network.graph().inputs()) {
            long[] shape = input.shape();
            shape[0] = 2;
            Tensor tensor = Tensor.zeros(input.type(), shape);
            for (int i = 0; i < tensor.size(); i++) {
                switch (input.name()) {
                    case "t" -> tensor.longs().put(i, 30 + 600L * i);
                    case "y" -> tensor.longs().put(i, 3 + i);
                    case "x_start" -> tensor.floats().put(i, random.nextFloat(-1, 1));
                    case "noise" -> tensor.floats().put(i, (float) random.nextGaussian());
                    case "loss_weight" -> tensor.floats().put(i, 1);
                    default -> throw new AssertionError(input);
                }
            }
            batch.put(input.name(), tensor);
        }
        return batch;
    }

    /** With AdamW that has no memory and divides by 1 + |gradient|, an update shows the gradient. */
    private Map<String, float[]> gradients(
            EngineKind kind, String name, Map<String, Tensor> weights, Map<String, Tensor> batch) throws IOException {
        double rate = 1e6;
        Path checkpoint = Files.createDirectories(folder.resolve(kind.name()));
        EngineSettings settings = new EngineSettings(new AdamW(0, 0, 1, 0), List.of(), Device.CPU, 0);
        kind.start(checkpoint, weights, List.of());
        try (TrainingEngine engine = kind.open(network(name), checkpoint, checkpoint, settings)) {
            engine.accumulate(batch);
            engine.update(rate);
            engine.save(checkpoint);
        }
        Map<String, float[]> gradients = new LinkedHashMap<>();
        SavedWeights.read(checkpoint).weights().forEach((parameter, after) -> {
            float[] before = weights.get(parameter).toFloatArray();
            float[] gradient = after.toFloatArray();
            for (int i = 0; i < before.length; i++) {
                double moved = (before[i] - (double) gradient[i]) / rate;
                gradient[i] = (float) (moved / (1 - Math.abs(moved)));
            }
            gradients.put(parameter, gradient);
        });
        return gradients;
    }

    /** The loss as a function of the weights, in float64. What lets no gradient through stays as it is for the weights given. */
    private record Loss(OnnxSession session, Map<String, Tensor> inputs) implements AutoCloseable {
        private static final double STEP = 1e-7;

        static Loss of(Path folder, TrainingGraph network, Map<String, Tensor> weights, Map<String, Tensor> batch) {
            Map<String, Tensor> inputs = new LinkedHashMap<>(batch);
            weights.forEach((parameter, weight) -> inputs.put(parameter, DoubleGraph.widened(weight)));
            GraphBuilder graph = network.graph();
            List<Value> stopped = graph.nodes().stream()
                    .map(Node::output)
                    .filter(graph::stopsGradient)
                    .toList();
            Path file = folder.resolve("loss.onnx");
            if (!stopped.isEmpty()) {
                try (OnnxSession once = session(DoubleGraph.of(graph, List.of()), stopped, file)) {
                    inputs.putAll(once.run(inputs));
                }
            }
            return new Loss(session(DoubleGraph.of(graph, stopped), List.of(network.loss()), file), inputs);
        }

        /** Computes values under the names that they have in the original graph. */
        private static OnnxSession session(DoubleGraph doubles, List<Value> originals, Path file) {
            GraphBuilder graph = doubles.graph();
            List<Value> outputs = originals.stream()
                    .map(v -> graph.named(v.name(), doubles.copyOf(v)))
                    .toList();
            OnnxModel.withInputs(graph, graph.inputs(), outputs).write(file);
            // Other sessions would fuse nodes to operators that exist in float32 only.
            return OnnxSession.openAsOrdered(file, Device.CPU, 0);
        }

        /** The central difference. */
        double slope(Map<String, double[]> direction) {
            return (moved(direction, STEP) - moved(direction, -STEP)) / (2 * STEP);
        }

        private double moved(Map<String, double[]> direction, double step) {
            Map<String, Tensor> moved = new LinkedHashMap<>(inputs);
            direction.forEach((parameter, by) -> {
                Tensor middle = inputs.get(parameter);
                Tensor weight = Tensor.zeros(ElementType.FLOAT64, middle.shape());
                for (int i = 0; i < by.length; i++) {
                    weight.doubles().put(i, middle.doubles().get(i) + step * by[i]);
                }
                moved.put(parameter, weight);
            });
            return session.run(moved).get("loss").doubles().get(0);
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
