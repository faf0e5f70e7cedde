package io.adm4j.export.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.io.Npz;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Networks for images of other than three channels compute what PyTorch computes with the same weights. The expected values
 * are those of {@code src/test/generator/channels.py}, whose networks and loss are compared with the published ones.
 */
class ChannelsTest {
    private static final long WORD = 0xFFFFFFFFL;

    @ParameterizedTest
    @CsvSource({"gray, 1, 2", "rgba, 4, 8", "upsampler-gray, 1, 1"})
    void denoisersMatch(String name, int in, int out) {
        UNetConfig config = UNetConfig.fromFlags(flags(name));
        assertEquals(in, config.inChannels());
        assertEquals(out, config.outChannels());
        NetworkGraph network = NetworkGraph.of(config, Precision.FP32);
        Map<String, Tensor> expected = arrays(name);
        Tensor found = run(network.withWeights(weights(network.parameters())), expected)
                .get("out");
        GoldenCase.assertClose(name, expected.get("out"), found, 2e-5, 1e-4);
    }

    @ParameterizedTest
    @CsvSource({"classifier-gray, 1", "classifier-rgba, 4"})
    void classifierGradientsMatch(String name, int channels) {
        ClassifierConfig config = ClassifierConfig.fromFlags(flags(name));
        assertEquals(channels, config.inChannels());
        ClassifierGradientGraph network = ClassifierGradientGraph.of(config);
        Map<String, Tensor> expected = arrays(name);
        Map<String, Tensor> found = run(network.withWeights(weights(network.parameters())), expected);
        GoldenCase.assertClose("log_prob", expected.get("log_prob"), found.get("log_prob"), 2e-5, 1e-4);
        GoldenCase.assertGradient("grad", expected.get("grad"), found.get("grad"));
    }

    @ParameterizedTest
    @CsvSource({"losses-gray", "losses-rgba"})
    void lossesAndTheirGradientsMatch(String name) {
        ObjectNode flags = (ObjectNode) flags(name);
        GaussianDiffusion diffusion = new GaussianDiffusion(DiffusionConfig.fromJson(flags));
        TrainingGraph training =
                TrainingGraph.ofDenoiser(UNetConfig.fromFlags(flags), new DiffusionLoss(diffusion, LossType.MSE));
        Map<String, Tensor> arrays = new HashMap<>(arrays(name));
        int count = arrays.get("t").size();
        Tensor ones = Tensor.zeros(ElementType.FLOAT32, count);
        IntStream.range(0, count).forEach(i -> ones.floats().put(i, 1));
        arrays.put("loss_weight", ones);
        List<Parameter> checked = training.graph().parameters().stream()
                .filter(p -> arrays.containsKey("grad_" + p.name()))
                .toList();
        assertEquals(2, checked.size());
        List<Value> gradients = new Gradients(training.graph(), Kernels.STOCK)
                .of(training.loss(), checked.stream().map(Parameter::value).toList());
        List<Value> outputs = new ArrayList<>(training.outputs());
        outputs.addAll(gradients);
        Map<String, Tensor> weights = weights(training.graph().parameters());
        Map<String, Tensor> found =
                run(OnnxModel.withWeights(training.graph(), training.graph().inputs(), outputs, weights), arrays);
        for (String term : List.of("losses", "mse", "vb")) {
            GoldenCase.assertClose(term, arrays.get(term), found.get(term), 0, 1e-4);
        }
        for (int i = 0; i < checked.size(); i++) {
            String gradient = "grad_" + checked.get(i).name();
            GoldenCase.assertGradient(
                    gradient, arrays.get(gradient), found.get(gradients.get(i).name()));
        }
    }

    static List<String> denoisers() {
        return GoldenCase.networks("unet-");
    }

    /** A gray image is an RGB image of three equal channels: the first kernels add up, and rows of the last are kept. */
    @ParameterizedTest
    @MethodSource("denoisers")
    void aGrayNetworkIsTheRgbNetworkOnEqualChannels(String name) {
        ObjectNode flags = (ObjectNode) GoldenCase.json(name);
        UNetConfig rgb = UNetConfig.fromFlags(flags);
        UNetConfig gray = UNetConfig.fromFlags(flags.deepCopy().put("in_channels", 1));
        Map<String, Tensor> weights = GoldenCase.weights(name);
        Map<String, Tensor> grayWeights = new HashMap<>(weights);
        String first = "input_blocks.0.0.weight";
        grayWeights.put(first, channelSums(weights.get(first)));
        List.of("out.2.weight", "out.2.bias").forEach(last -> grayWeights.put(last, everyThird(weights.get(last))));

        Map<String, Tensor> inputs = new HashMap<>(Npz.read(Golden.file(name + ".npz")));
        List.of("x", "low_res").forEach(image -> inputs.computeIfPresent(image, (k, x) -> firstChannel(x, 1)));
        Map<String, Tensor> grayOut = run(NetworkGraph.of(gray, Precision.FP32).withWeights(grayWeights), inputs);
        List.of("x", "low_res").forEach(image -> inputs.computeIfPresent(image, (k, x) -> firstChannel(x, 3)));
        Map<String, Tensor> rgbOut = run(NetworkGraph.of(rgb, Precision.FP32).withWeights(weights), inputs);

        GoldenCase.assertClose(name, everyThirdChannel(rgbOut.get("out")), grayOut.get("out"), 2e-5, 1e-4);
    }

    /** A kernel [out, 3 or 6, h, w] summed over each three channels. */
    private static Tensor channelSums(Tensor kernel) {
        int plane = (int) (kernel.dim(2) * kernel.dim(3));
        Tensor sums = Tensor.zeros(ElementType.FLOAT32, kernel.dim(0), kernel.dim(1) / 3, kernel.dim(2), kernel.dim(3));
        for (int i = 0; i < kernel.size(); i++) {
            int to = i / (3 * plane) * plane + i % plane;
            sums.floats().put(to, sums.floats().get(to) + kernel.floats().get(i));
        }
        return sums;
    }

    /** Rows 0, 3, ... of an array. */
    private static Tensor everyThird(Tensor rows) {
        long[] shape = rows.shape();
        shape[0] /= 3;
        Tensor kept = Tensor.zeros(ElementType.FLOAT32, shape);
        int row = rows.size() / (int) rows.dim(0);
        for (int i = 0; i < kept.size(); i++) {
            kept.floats().put(i, rows.floats().get(i / row * 3 * row + i % row));
        }
        return kept;
    }

    private static Tensor everyThirdChannel(Tensor images) {
        return everyThird(images.reshape(images.dim(0) * images.dim(1), images.dim(2), images.dim(3)))
                .reshape(images.dim(0), images.dim(1) / 3, images.dim(2), images.dim(3));
    }

    /** The first channel of images [N, C, H, W], {@code times} times. */
    private static Tensor firstChannel(Tensor images, int times) {
        int plane = (int) (images.dim(2) * images.dim(3));
        int channels = (int) images.dim(1);
        Tensor repeated = Tensor.zeros(ElementType.FLOAT32, images.dim(0), times, images.dim(2), images.dim(3));
        for (int i = 0; i < repeated.size(); i++) {
            int image = i / (times * plane);
            repeated.floats().put(i, images.floats().get(image * channels * plane + i % plane));
        }
        return repeated;
    }

    /** The generator's formula. */
    private static Map<String, Tensor> weights(List<Parameter> parameters) {
        return parameters.stream().collect(Collectors.toMap(Parameter::name, ChannelsTest::weight));
    }

    private static Tensor weight(Parameter parameter) {
        long[] shape = parameter.shape();
        CRC32 hash = new CRC32();
        hash.update(parameter.name().getBytes(StandardCharsets.US_ASCII));
        Tensor values = Tensor.zeros(ElementType.FLOAT32, shape);
        double spread = parameter.name().startsWith("out.") ? 0.5 : Math.sqrt(3);
        double bound = spread / Math.sqrt(Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b));
        for (int k = 0; k < values.size(); k++) {
            long z = (hash.getValue() + k * 2654435761L) & WORD;
            z ^= z >>> 15;
            z = (z * 2246822519L) & WORD;
            z ^= z >>> 13;
            double u = (double) z / (WORD + 1);
            values.floats().put(k, (float) (shape.length == 1 ? 0.5 + u : (2 * u - 1) * bound));
        }
        return values;
    }

    private static Map<String, Tensor> run(OnnxModel model, Map<String, Tensor> arrays) {
        try (OnnxSession session = OnnxSession.open(model.bytes(), Device.CPU, 0)) {
            Map<String, Tensor> in = new HashMap<>();
            session.inputs().forEach(spec -> in.put(spec.name(), arrays.get(spec.name())));
            return session.run(in);
        }
    }

    private static JsonNode flags(String name) {
        try {
            return new ObjectMapper().readTree(resource(name + ".json").toFile());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Tensor> arrays(String name) {
        return Npz.read(resource(name + ".npz"));
    }

    private static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(ChannelsTest.class.getResource("channels-" + name))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
