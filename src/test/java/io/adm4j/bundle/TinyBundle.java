package io.adm4j.bundle;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A bundle of graphs whose results are known in closed form, for tests of the code that runs bundles.
 *
 * <p>The denoiser: {@code out = 0.9 x + 0.02 y + 0.0001 t}. The classifier: {@code grad = 0.05 y - 0.1 x}, {@code
 * log_prob = -y}. The upsampler's denoiser adds {@code 0.3} of the small image, which it lays side by side instead of
 * stretching it.
 */
public final class TinyBundle {
    public static final float DENOISER_X = 0.9f;
    public static final float DENOISER_Y = 0.02f;
    public static final float DENOISER_T = 0.0001f;
    public static final float DENOISER_LOW_RES = 0.3f;
    public static final float GRADIENT_X = -0.1f;
    public static final float GRADIENT_Y = 0.05f;

    private TinyBundle() {}

    /** Writes it. */
    public static ModelBundle write(Path folder, int imageSize, boolean withClassifier, List<String> classes)
            throws IOException {
        try (BundleWriter writer = BundleWriter.create(folder)) {
            Files.write(writer.file(ModelBundle.DENOISER), denoiser(imageSize));
            if (withClassifier) {
                Files.write(writer.file(ModelBundle.CLASSIFIER_GRADIENT), classifierGradient(imageSize));
            }
            return writer.finish(description(imageSize, withClassifier, classes));
        }
    }

    /** Writes an upsampler with {@code classes} classes, or one that takes no labels for 0. */
    public static ModelBundle writeUpsampler(
            Path folder, int smallSize, int largeSize, boolean withClassifier, int classes) throws IOException {
        ObjectNode flags = JsonNodeFactory.instance
                .objectNode()
                .put("large_size", largeSize)
                .put("small_size", smallSize)
                .put("class_cond", classes > 0)
                .put("num_classes", classes > 0 ? classes : 1000);
        return write(folder, largeSize, withClassifier, flags, upsampler(smallSize, largeSize, classes > 0), classes);
    }

    /** Writes a model whose denoiser takes no labels; its classifier, if there is one, knows {@code classes} classes. */
    public static ModelBundle writeUnconditional(Path folder, int imageSize, boolean withClassifier, int classes)
            throws IOException {
        ObjectNode flags = JsonNodeFactory.instance
                .objectNode()
                .put("image_size", imageSize)
                .put("class_cond", false)
                .put("num_classes", 1000);
        byte[] graph = images(imageSize)
                .constant("ofX", DENOISER_X)
                .node("Mul", "out", "x", "ofX")
                .bytes();
        return write(folder, imageSize, withClassifier, flags, graph, classes);
    }

    private static ModelBundle write(
            Path folder, int size, boolean withClassifier, ObjectNode flags, byte[] denoiser, int classes)
            throws IOException {
        try (BundleWriter writer = BundleWriter.create(folder)) {
            Files.write(writer.file(ModelBundle.DENOISER), denoiser);
            if (withClassifier) {
                Files.write(writer.file(ModelBundle.CLASSIFIER_GRADIENT), classifierGradient(size));
            }
            Optional<ObjectNode> classifier = withClassifier
                    ? Optional.of(JsonNodeFactory.instance.objectNode().put("num_classes", classes))
                    : Optional.empty();
            ObjectNode provenance = JsonNodeFactory.instance.objectNode().put("made", "by hand");
            return writer.finish(Manifest.describing(
                    folder.getFileName().toString(),
                    size,
                    3,
                    flags,
                    classifier,
                    DiffusionConfig.defaults(),
                    List.of(),
                    provenance));
        }
    }

    public static Manifest description(int imageSize, boolean withClassifier, List<String> classes) {
        ObjectNode flags = JsonNodeFactory.instance
                .objectNode()
                .put("image_size", imageSize)
                .put("class_cond", true)
                .put("num_classes", classes.size());
        Optional<ObjectNode> classifier = withClassifier
                ? Optional.of(JsonNodeFactory.instance.objectNode().put("classifier_width", 1))
                : Optional.empty();
        ObjectNode provenance = JsonNodeFactory.instance.objectNode().put("made", "by hand");
        return Manifest.describing(
                "tiny", imageSize, 3, flags, classifier, DiffusionConfig.defaults(), classes, provenance);
    }

    private static byte[] denoiser(int size) {
        return ofImageAndTime(images(size))
                .longInput("y", -1)
                .constant("ofY", DENOISER_Y)
                .castToFloat("yFloat", "y")
                .node("Reshape", "yEach", "yFloat", "each")
                .node("Mul", "b", "yEach", "ofY")
                .node("Add", "out", "ac", "b")
                .bytes();
    }

    private static byte[] upsampler(int small, int large, boolean withLabels) {
        TinyGraph graph = ofImageAndTime(images(large))
                .floatInput("low_res", -1, 3, small, small)
                .constant("repeats", 1, 1, large / small, large / small)
                .constant("ofLow", DENOISER_LOW_RES)
                .node("Tile", "low", "low_res", "repeats")
                .node("Mul", "d", "low", "ofLow");
        if (!withLabels) {
            return graph.node("Add", "out", "ac", "d").bytes();
        }
        return graph.longInput("y", -1)
                .constant("ofY", DENOISER_Y)
                .castToFloat("yFloat", "y")
                .node("Reshape", "yEach", "yFloat", "each")
                .node("Mul", "b", "yEach", "ofY")
                .node("Add", "acd", "ac", "d")
                .node("Add", "out", "acd", "b")
                .bytes();
    }

    private static TinyGraph images(int size) {
        return new TinyGraph()
                .floatInput("x", -1, 3, size, size)
                .floatInput("t", -1)
                .floatOutput("out", -1, 3, size, size);
    }

    /** Adds {@code ac}, the part of the output that is of x and t. */
    private static TinyGraph ofImageAndTime(TinyGraph graph) {
        return graph.constant("each", -1, 1, 1, 1)
                .constant("ofX", DENOISER_X)
                .constant("ofT", DENOISER_T)
                .node("Reshape", "tEach", "t", "each")
                .node("Mul", "a", "x", "ofX")
                .node("Mul", "c", "tEach", "ofT")
                .node("Add", "ac", "a", "c");
    }

    private static byte[] classifierGradient(int size) {
        return new TinyGraph()
                .floatInput("x", -1, 3, size, size)
                .floatInput("t", -1)
                .longInput("y", -1)
                .floatOutput("log_prob", -1)
                .floatOutput("grad", -1, 3, size, size)
                .constant("each", -1, 1, 1, 1)
                .constant("ofX", GRADIENT_X)
                .constant("ofY", GRADIENT_Y)
                .castToFloat("yFloat", "y")
                .node("Neg", "log_prob", "yFloat")
                .node("Reshape", "yEach", "yFloat", "each")
                .node("Mul", "a", "x", "ofX")
                .node("Mul", "b", "yEach", "ofY")
                .node("Add", "grad", "a", "b")
                .bytes();
    }
}
