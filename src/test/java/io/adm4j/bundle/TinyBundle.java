package io.adm4j.bundle;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

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

    private static final int RGB = 3;

    private TinyBundle() {}

    /** Writes one of RGB images. */
    public static ModelBundle write(Path folder, int imageSize, boolean withClassifier, List<String> classes)
            throws IOException {
        return write(folder, imageSize, RGB, withClassifier, classes);
    }

    /** Writes it. */
    public static ModelBundle write(
            Path folder, int imageSize, int channels, boolean withClassifier, List<String> classes) throws IOException {
        return write(folder, description(imageSize, channels, withClassifier, classes), channels);
    }

    /**
     * Writes one that may contradict itself.
     *
     * @param channels of its graphs
     */
    static ModelBundle write(Path folder, Manifest description, int channels) throws IOException {
        int imageSize = description.imageSize();
        try (BundleWriter writer = BundleWriter.create(folder)) {
            Files.write(writer.file(ModelBundle.DENOISER), denoiser(imageSize, channels));
            if (description.classifier().isPresent()) {
                Files.write(writer.file(ModelBundle.CLASSIFIER_GRADIENT), classifierGradient(imageSize, channels));
            }
            return writer.finish(description);
        }
    }

    /** Writes one of RGB images whose classifier fails for the last class. */
    public static ModelBundle writeFragile(Path folder, int imageSize, List<String> classes) throws IOException {
        try (BundleWriter writer = BundleWriter.create(folder)) {
            Files.write(writer.file(ModelBundle.DENOISER), denoiser(imageSize, RGB));
            byte[] classifier = gradient(
                    images(imageSize, RGB, "grad")
                            .longInput("y", -1)
                            .constant(
                                    "known",
                                    LongStream.range(0, classes.size() - 1).toArray())
                            .node("Gather", "class", "known", "y"),
                    "class");
            Files.write(writer.file(ModelBundle.CLASSIFIER_GRADIENT), classifier);
            return writer.finish(description(imageSize, true, classes));
        }
    }

    /** Writes an upsampler of RGB images. */
    public static ModelBundle writeUpsampler(
            Path folder, int smallSize, int largeSize, boolean withClassifier, int classes) throws IOException {
        return writeUpsampler(folder, smallSize, largeSize, RGB, withClassifier, classes);
    }

    /** Writes an upsampler with {@code classes} classes, or one that takes no labels for 0. */
    public static ModelBundle writeUpsampler(
            Path folder, int smallSize, int largeSize, int channels, boolean withClassifier, int classes)
            throws IOException {
        ObjectNode flags = JsonNodeFactory.instance
                .objectNode()
                .put("large_size", largeSize)
                .put("small_size", smallSize)
                .put("class_cond", classes > 0)
                .put("num_classes", classes > 0 ? classes : 1000);
        byte[] graph = upsampler(smallSize, largeSize, channels, classes > 0);
        return write(folder, largeSize, channels, withClassifier, flags, graph, classes);
    }

    /** Writes a model whose denoiser takes no labels; its classifier, if there is one, knows {@code classes} classes. */
    public static ModelBundle writeUnconditional(Path folder, int imageSize, boolean withClassifier, int classes)
            throws IOException {
        ObjectNode flags = JsonNodeFactory.instance
                .objectNode()
                .put("image_size", imageSize)
                .put("class_cond", false)
                .put("num_classes", 1000);
        byte[] graph = images(imageSize, RGB)
                .constant("ofX", DENOISER_X)
                .node("Mul", "out", "x", "ofX")
                .bytes();
        return write(folder, imageSize, RGB, withClassifier, flags, graph, classes);
    }

    private static ModelBundle write(
            Path folder, int size, int channels, boolean withClassifier, ObjectNode flags, byte[] denoiser, int classes)
            throws IOException {
        try (BundleWriter writer = BundleWriter.create(folder)) {
            Files.write(writer.file(ModelBundle.DENOISER), denoiser);
            if (withClassifier) {
                Files.write(writer.file(ModelBundle.CLASSIFIER_GRADIENT), classifierGradient(size, channels));
            }
            Optional<ObjectNode> classifier = withClassifier
                    ? Optional.of(JsonNodeFactory.instance.objectNode().put("num_classes", classes))
                    : Optional.empty();
            ObjectNode provenance = JsonNodeFactory.instance.objectNode().put("made", "by hand");
            return writer.finish(Manifest.describing(
                    folder.getFileName().toString(),
                    size,
                    channels,
                    flags,
                    classifier,
                    DiffusionConfig.defaults(),
                    List.of(),
                    provenance));
        }
    }

    /** A manifest for RGB images. */
    public static Manifest description(int imageSize, boolean withClassifier, List<String> classes) {
        return description(imageSize, RGB, withClassifier, classes);
    }

    /** A manifest. */
    public static Manifest description(int imageSize, int channels, boolean withClassifier, List<String> classes) {
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
                "tiny", imageSize, channels, flags, classifier, DiffusionConfig.defaults(), classes, provenance);
    }

    private static byte[] denoiser(int size, int channels) {
        return ofImageAndTime(images(size, channels))
                .longInput("y", -1)
                .constant("ofY", DENOISER_Y)
                .castToFloat("yFloat", "y")
                .node("Reshape", "yEach", "yFloat", "each")
                .node("Mul", "b", "yEach", "ofY")
                .node("Add", "out", "ac", "b")
                .bytes();
    }

    private static byte[] upsampler(int small, int large, int channels, boolean withLabels) {
        TinyGraph graph = ofImageAndTime(images(large, channels))
                .floatInput("low_res", -1, channels, small, small)
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

    private static TinyGraph images(int size, int channels) {
        return images(size, channels, "out");
    }

    private static TinyGraph images(int size, int channels, String output) {
        return new TinyGraph()
                .floatInput("x", -1, channels, size, size)
                .floatInput("t", -1)
                .floatOutput(output, -1, channels, size, size);
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

    private static byte[] classifierGradient(int size, int channels) {
        return gradient(images(size, channels, "grad").longInput("y", -1), "y");
    }

    private static byte[] gradient(TinyGraph images, String labels) {
        return images.floatOutput("log_prob", -1)
                .constant("each", -1, 1, 1, 1)
                .constant("ofX", GRADIENT_X)
                .constant("ofY", GRADIENT_Y)
                .castToFloat("yFloat", labels)
                .node("Neg", "log_prob", "yFloat")
                .node("Reshape", "yEach", "yFloat", "each")
                .node("Mul", "a", "x", "ofX")
                .node("Mul", "b", "yEach", "ofY")
                .node("Add", "grad", "a", "b")
                .bytes();
    }
}
