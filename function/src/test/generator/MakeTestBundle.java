import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.export.autodiff.ClassifierGradient;
import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Initializer;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Value;
import io.adm4j.export.net.FreshWeights;
import io.adm4j.model.BundleWriter;
import io.adm4j.model.Manifest;
import io.adm4j.model.ModelBundle;
import io.adm4j.tensor.ElementType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Makes src/test/bundle: graphs with the inputs and outputs of a trained class-conditional 32x32 bundle, but of a few
 * convolutions with random weights, so that the tests of the function are quick. Not part of the build; run it by hand:
 *
 * <pre>java -cp MODULES_AND_DEPENDENCIES function/src/test/generator/MakeTestBundle.java function/src/test/bundle</pre>
 */
public final class MakeTestBundle {
    private static final int SIZE = 32;
    private static final int CLASSES = 10;
    private static final int WIDTH = 8;

    private MakeTestBundle() {}

    public static void main(String[] args) {
        try (BundleWriter writer = BundleWriter.create(Path.of(args[0]))) {
            denoiser().write(writer.file(ModelBundle.DENOISER));
            classifierGradient().write(writer.file(ModelBundle.CLASSIFIER_GRADIENT));
            ObjectNode flags = JsonNodeFactory.instance.objectNode();
            flags.put("image_size", SIZE).put("class_cond", true).put("num_classes", CLASSES).put("learn_sigma", true);
            writer.finish(Manifest.describing(
                    "test-32",
                    SIZE,
                    flags,
                    Optional.of(JsonNodeFactory.instance.objectNode().put("image_size", SIZE).put("num_classes", CLASSES)),
                    new DiffusionConfig(true, 1000, "linear", "", false, false, false, false, false),
                    List.of("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                            "Ankle boot"),
                    JsonNodeFactory.instance.objectNode().put("note", "random weights, for tests only")));
        }
    }

    private static OnnxModel denoiser() {
        GraphBuilder graph = new GraphBuilder();
        Value x = pictures(graph);
        Value t = graph.input("t", ElementType.FLOAT32, GraphBuilder.BATCH);
        Value y = graph.input("y", ElementType.INT64, GraphBuilder.BATCH);
        Value table = graph.parameter("label.weight", new Initializer.Normal(1), CLASSES, WIDTH);
        Value hidden = conv(graph, "in", x, 3, WIDTH)
                .add(table.gather(y).reshape(GraphBuilder.BATCH, WIDTH, 1, 1))
                .add(t.div(1000).reshape(GraphBuilder.BATCH, 1, 1, 1))
                .silu();
        return model(graph, List.of(x, t, y), List.of(graph.named("out", conv(graph, "out", hidden, WIDTH, 6))));
    }

    private static OnnxModel classifierGradient() {
        GraphBuilder graph = new GraphBuilder();
        Value x = pictures(graph);
        Value t = graph.input("t", ElementType.FLOAT32, GraphBuilder.BATCH);
        Value y = graph.input("y", ElementType.INT64, GraphBuilder.BATCH);
        Value hidden = conv(graph, "in", x, 3, WIDTH).add(t.div(1000).reshape(GraphBuilder.BATCH, 1, 1, 1)).silu();
        Value logits = hidden.reduceMean(false, 2, 3).linear(
                graph.parameter("fc.weight", new Initializer.Normal(3), CLASSES, WIDTH),
                graph.parameter("fc.bias", new Initializer.Constant(0), CLASSES));
        ClassifierGradient.Output output = ClassifierGradient.of(x, y, logits);
        return model(
                graph,
                List.of(x, t, y),
                List.of(graph.named("log_prob", output.logProb()), graph.named("grad", output.gradient())));
    }

    private static Value pictures(GraphBuilder graph) {
        return graph.input("x", ElementType.FLOAT32, GraphBuilder.BATCH, 3, SIZE, SIZE);
    }

    private static Value conv(GraphBuilder graph, String name, Value x, int from, int to) {
        return x.conv(
                graph.parameter(name + ".weight", new Initializer.Normal(1 / Math.sqrt(9.0 * from)), to, from, 3, 3),
                graph.parameter(name + ".bias", new Initializer.Constant(0), to),
                1,
                1);
    }

    private static OnnxModel model(GraphBuilder graph, List<Value> inputs, List<Value> outputs) {
        return OnnxModel.withWeights(graph, inputs, outputs, FreshWeights.draw(graph.parameters(), 0));
    }
}
