package io.adm4j.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A bundle of graphs so simple that their results can be told in advance, for tests of what runs bundles.
 *
 * <p>The denoiser: {@code out = 0.9 x + 0.02 y + 0.0001 t}. The classifier: {@code grad = 0.05 y - 0.1 x}, {@code
 * log_prob = -y}.
 */
public final class TinyBundle {
    public static final float DENOISER_X = 0.9f;
    public static final float DENOISER_Y = 0.02f;
    public static final float DENOISER_T = 0.0001f;
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
                "tiny", imageSize, flags, classifier, DiffusionConfig.defaults(), classes, provenance);
    }

    private static byte[] denoiser(int size) {
        return new TinyGraph()
                .floatInput("x", -1, 3, size, size)
                .floatInput("t", -1)
                .longInput("y", -1)
                .floatOutput("out", -1, 3, size, size)
                .constant("each", -1, 1, 1, 1)
                .constant("ofX", DENOISER_X)
                .constant("ofY", DENOISER_Y)
                .constant("ofT", DENOISER_T)
                .castToFloat("yFloat", "y")
                .node("Reshape", "yEach", "yFloat", "each")
                .node("Reshape", "tEach", "t", "each")
                .node("Mul", "a", "x", "ofX")
                .node("Mul", "b", "yEach", "ofY")
                .node("Mul", "c", "tEach", "ofT")
                .node("Add", "ab", "a", "b")
                .node("Add", "out", "ab", "c")
                .bytes();
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
