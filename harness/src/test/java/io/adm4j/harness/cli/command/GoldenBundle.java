package io.adm4j.harness.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.Golden;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.export.GoldenCase;
import io.adm4j.export.net.Precision;
import io.adm4j.harness.bundle.BundleAssembler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Bundles of the golden networks. */
final class GoldenBundle {
    private GoldenBundle() {}

    /**
     * Writes one.
     *
     * @param settings of a golden case: {@code denoiser}, {@code schedule}, {@code steps}, and {@code classifier} if it
     *     has one
     */
    static ModelBundle write(Path folder, JsonNode settings) {
        return write(folder, settings, Precision.FP32);
    }

    /** As {@link #write(Path, JsonNode)}, with a denoiser of a precision. */
    static ModelBundle write(Path folder, JsonNode settings, Precision precision) {
        String denoiser = settings.get("denoiser").asText();
        ObjectNode flags = (ObjectNode) GoldenCase.json(denoiser);
        if (settings.hasNonNull("schedule")) {
            flags.put("noise_schedule", settings.get("schedule").asText());
        }
        if (settings.hasNonNull("steps")) {
            flags.put("diffusion_steps", settings.get("steps").asInt());
        }
        try (BundleAssembler bundle = new BundleAssembler(folder)) {
            bundle.denoiser(flags, precision, GoldenCase.weights(denoiser));
            if (settings.hasNonNull("classifier")) {
                String classifier = settings.get("classifier").asText();
                bundle.classifier((ObjectNode) GoldenCase.json(classifier), GoldenCase.weights(classifier));
            }
            return bundle.finish("golden", List.of(), JsonNodeFactory.instance.objectNode());
        }
    }

    /** A denoiser whose images and classes are those of a classifier; null if the golden folder has none. */
    static String denoiserFor(String classifier) {
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
