import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.BundleWriter;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.export.autodiff.Gradients;
import io.adm4j.export.autodiff.Kernels;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Initializer;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Value;
import io.adm4j.export.net.InitialWeights;
import io.adm4j.export.recipe.ClassifierGradientGraph;
import io.adm4j.tensor.ElementType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Makes the bundles that the tests of the function load: graphs with the inputs and outputs of trained ones, but of a few
 * convolutions with random weights, so that the tests are quick. {@code bundle} is class-conditional with a classifier,
 * 32x32; {@code upsampler} enlarges its images to 64x64; {@code unconditional} has a denoiser without classes and the
 * classifier; {@code differentiable} is one without classes or classifier that has the gradient of its denoiser. Not part of the build; run it by hand:
 *
 * <pre>java -cp MODULES_AND_DEPENDENCIES function/src/test/generator/MakeTestBundle.java function/src/test</pre>
 */
public final class MakeTestBundle {
    private static final int SIZE = 32;
    private static final int LARGE = 64;
    private static final int CLASSES = 10;
    private static final int WIDTH = 8;

    private MakeTestBundle() {}

    public static void main(String[] args) {
        Path tests = Path.of(args[0]);
        write(tests.resolve("bundle"), "test-32", flags(true).put("image_size", SIZE), SIZE, denoiser(), true);
        ObjectNode sizes = flags(true).put("large_size", LARGE).put("small_size", SIZE);
        write(tests.resolve("upsampler"), "test-32-64", sizes, LARGE, upsampler(), false);
        ObjectNode unconditional = flags(false).put("image_size", SIZE);
        write(tests.resolve("unconditional"), "test-uncond-32", unconditional, SIZE, unconditional(), true);
        writeDifferentiable(tests.resolve("differentiable"));
    }

    private static ObjectNode flags(boolean conditional) {
        ObjectNode flags = JsonNodeFactory.instance.objectNode();
        return flags.put("class_cond", conditional).put("num_classes", CLASSES).put("learn_sigma", true);
    }

    private static void write(
            Path folder, String name, ObjectNode flags, int size, OnnxModel denoiser, boolean withClassifier) {
        try (BundleWriter writer = BundleWriter.create(folder)) {
            denoiser.write(writer.file(ModelBundle.DENOISER));
            Optional<ObjectNode> classifier = Optional.empty();
            if (withClassifier) {
                classifierGradient().write(writer.file(ModelBundle.CLASSIFIER_GRADIENT));
                classifier = Optional.of(
                        JsonNodeFactory.instance.objectNode().put("image_size", size).put("num_classes", CLASSES));
            }
            writer.finish(Manifest.describing(
                    name,
                    size,
                    3,
                    flags,
                    classifier,
                    new DiffusionConfig(true, 1000, "linear", "", false, false, false, false, false),
                    List.of("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                            "Ankle boot"),
                    JsonNodeFactory.instance.objectNode().put("note", "random weights, for tests only")));
        }
    }

    private static void writeDifferentiable(Path folder) {
        try (BundleWriter writer = BundleWriter.create(folder)) {
            unconditional().write(writer.file(ModelBundle.DENOISER));
            differentiated().write(writer.file(ModelBundle.DENOISER_VJP));
            writer.finish(Manifest.describing(
                    "test-differentiable-32",
                    SIZE,
                    3,
                    flags(false).put("image_size", SIZE),
                    Optional.empty(),
                    new DiffusionConfig(true, 1000, "linear", "", false, false, false, false, false),
                    List.of(),
                    JsonNodeFactory.instance.objectNode().put("note", "random weights, for tests only")));
        }
    }

    private static OnnxModel differentiated() {
        GraphBuilder graph = new GraphBuilder();
        Value x = images(graph, "x", SIZE);
        Value t = graph.input("t", ElementType.FLOAT32, GraphBuilder.BATCH);
        Value v = graph.input("v", ElementType.FLOAT32, GraphBuilder.BATCH, 6, SIZE, SIZE);
        Value out = out(graph, x, 3, t, null);
        Value vjp = graph.named("vjp", new Gradients(graph, Kernels.STOCK).of(out, v, List.of(x)).get(0));
        return model(graph, List.of(x, t, v), List.of(out, vjp));
    }

    private static OnnxModel denoiser() {
        GraphBuilder graph = new GraphBuilder();
        Value x = images(graph, "x", SIZE);
        Value t = graph.input("t", ElementType.FLOAT32, GraphBuilder.BATCH);
        Value y = graph.input("y", ElementType.INT64, GraphBuilder.BATCH);
        return model(graph, List.of(x, t, y), List.of(out(graph, x, 3, t, y)));
    }

    private static OnnxModel unconditional() {
        GraphBuilder graph = new GraphBuilder();
        Value x = images(graph, "x", SIZE);
        Value t = graph.input("t", ElementType.FLOAT32, GraphBuilder.BATCH);
        return model(graph, List.of(x, t), List.of(out(graph, x, 3, t, null)));
    }

    private static OnnxModel upsampler() {
        GraphBuilder graph = new GraphBuilder();
        Value x = images(graph, "x", LARGE);
        Value t = graph.input("t", ElementType.FLOAT32, GraphBuilder.BATCH);
        Value y = graph.input("y", ElementType.INT64, GraphBuilder.BATCH);
        Value lowRes = images(graph, "low_res", SIZE);
        Value both = graph.concat(1, x, lowRes.upsampleBilinear(LARGE / SIZE));
        return model(graph, List.of(x, t, y, lowRes), List.of(out(graph, both, 6, t, y)));
    }

    private static Value out(GraphBuilder graph, Value in, int channels, Value t, Value y) {
        Value hidden = conv(graph, "in", in, channels, WIDTH);
        if (y != null) {
            Value table = graph.parameter("label.weight", new Initializer.Normal(1), CLASSES, WIDTH);
            hidden = hidden.add(table.gather(y).reshape(GraphBuilder.BATCH, WIDTH, 1, 1));
        }
        hidden = hidden.add(t.div(1000).reshape(GraphBuilder.BATCH, 1, 1, 1)).silu();
        return graph.named("out", conv(graph, "out", hidden, WIDTH, 6));
    }

    private static OnnxModel classifierGradient() {
        GraphBuilder graph = new GraphBuilder();
        Value x = images(graph, "x", SIZE);
        Value t = graph.input("t", ElementType.FLOAT32, GraphBuilder.BATCH);
        Value y = graph.input("y", ElementType.INT64, GraphBuilder.BATCH);
        Value hidden = conv(graph, "in", x, 3, WIDTH).add(t.div(1000).reshape(GraphBuilder.BATCH, 1, 1, 1)).silu();
        Value logits = hidden.reduceMean(false, 2, 3).linear(
                graph.parameter("fc.weight", new Initializer.Normal(3), CLASSES, WIDTH),
                graph.parameter("fc.bias", new Initializer.Constant(0), CLASSES));
        ClassifierGradientGraph gradient = ClassifierGradientGraph.of(x, y, logits);
        return gradient.withWeights(InitialWeights.of(gradient.parameters(), 0));
    }

    private static Value images(GraphBuilder graph, String name, int size) {
        return graph.input(name, ElementType.FLOAT32, GraphBuilder.BATCH, 3, size, size);
    }

    private static Value conv(GraphBuilder graph, String name, Value x, int from, int to) {
        return x.conv(
                graph.parameter(name + ".weight", new Initializer.Normal(1 / Math.sqrt(9.0 * from)), to, from, 3, 3),
                graph.parameter(name + ".bias", new Initializer.Constant(0), to),
                1,
                1);
    }

    private static OnnxModel model(GraphBuilder graph, List<Value> inputs, List<Value> outputs) {
        return OnnxModel.withWeights(graph, inputs, outputs, InitialWeights.of(graph.parameters(), 0));
    }
}
