package io.adm4j.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.Golden;
import io.adm4j.bundle.BundleWriter;
import io.adm4j.bundle.Manifest;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.Precision;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.ClassifierGradientGraph;
import io.adm4j.export.recipe.ClassifierGraph;
import io.adm4j.export.recipe.DenoiserVjpGraph;
import io.adm4j.export.recipe.NetworkGraph;
import io.adm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Bundles of the golden networks. */
public final class GoldenBundle {
    private GoldenBundle() {}

    /**
     * Writes a bundle.
     *
     * @param settings of a golden case: {@code denoiser}, {@code schedule}, {@code steps}, and {@code classifier} if it
     *     has one
     */
    public static ModelBundle write(Path folder, JsonNode settings) {
        return write(folder, settings, Precision.FP32);
    }

    /** As {@link #write(Path, JsonNode)}, with a denoiser of a precision. */
    public static ModelBundle write(Path folder, JsonNode settings, Precision precision) {
        String denoiser = settings.get("denoiser").asText();
        ObjectNode flags = (ObjectNode) GoldenCase.json(denoiser);
        if (settings.hasNonNull("schedule")) {
            flags.put("noise_schedule", settings.get("schedule").asText());
        }
        if (settings.hasNonNull("steps")) {
            flags.put("diffusion_steps", settings.get("steps").asInt());
        }
        UNetConfig network = UNetConfig.fromFlags(flags);
        try (BundleWriter bundle = BundleWriter.create(folder)) {
            NetworkGraph.of(network, precision)
                    .withWeights(GoldenCase.weights(denoiser))
                    .write(bundle.file(ModelBundle.DENOISER));
            if (precision == Precision.FP32 && !network.superResolution()) {
                DenoiserVjpGraph.of(network)
                        .withWeights(GoldenCase.weights(denoiser))
                        .write(bundle.file(ModelBundle.DENOISER_VJP));
            }
            Optional<ObjectNode> classifier = Optional.empty();
            if (settings.hasNonNull("classifier")) {
                classifier =
                        Optional.of(writeClassifier(settings.get("classifier").asText(), bundle));
            }
            return bundle.finish(Manifest.describing(
                    "golden",
                    network.imageSize(),
                    network.inChannels(),
                    network.toFlags().put("use_fp16", precision == Precision.FP16),
                    classifier,
                    DiffusionConfig.fromJson(flags),
                    List.of(),
                    JsonNodeFactory.instance.objectNode()));
        }
    }

    private static ObjectNode writeClassifier(String name, BundleWriter bundle) {
        ClassifierConfig config = ClassifierConfig.fromFlags(GoldenCase.json(name));
        Map<String, Tensor> weights = GoldenCase.weights(name);
        ClassifierGraph.of(config).withWeights(weights).write(bundle.file(ModelBundle.CLASSIFIER));
        ClassifierGradientGraph.of(config).withWeights(weights).write(bundle.file(ModelBundle.CLASSIFIER_GRADIENT));
        return config.toFlags();
    }

    /** A denoiser whose images and classes are those of a classifier; null if the golden folder has none. */
    public static String denoiserFor(String classifier) {
        JsonNode wanted = GoldenCase.json(classifier);
        return Golden.cases("unet-").stream()
                .filter(name -> Files.exists(Golden.file(name + ".pt")))
                .filter(name -> {
                    JsonNode flags = GoldenCase.json(name);
                    boolean size = flags.path("image_size").asInt()
                            == wanted.path("image_size").asInt();
                    boolean classes = !flags.path("class_cond").asBoolean()
                            || flags.path("num_classes").asInt()
                                    == wanted.path("num_classes").asInt();
                    return size && classes;
                })
                .findFirst()
                .orElse(null);
    }
}
