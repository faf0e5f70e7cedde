package io.adm4j.harness.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.feedback.Suggestions;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The training presets (the resource {@code presets.json}). Those of published models have the flags of {@link
 * ReleasedModels}, and batches, rates, weight decay and iterations of the paper's tables 11, 12 and 13 (of its table 4 for the
 * unconditional model of 256x256). Averages, flips, random crops and annealing are those of the published training scripts, which
 * keep no averages of classifiers.
 */
public final class TrainingPresets {
    private static final String TABLE = "presets.json";
    private static final String CLASSIFIER = "classifier";
    private static final List<String> KINDS = List.of("diffusion", "upsampler", CLASSIFIER);

    private final List<TrainingPreset> presets = new ArrayList<>();

    private TrainingPresets(JsonNode table, ReleasedModels released) {
        for (JsonNode preset : table.get("presets")) {
            for (String kind : KINDS) {
                if (preset.has(kind)) {
                    presets.add(
                            preset.has("model")
                                    ? published(preset, kind, table, released)
                                    : new TrainingPreset(
                                            preset.get("name").asText(),
                                            kind,
                                            preset.get("about").asText(),
                                            (ObjectNode) preset.get(kind).get("flags"),
                                            (ObjectNode) preset.get(kind).get("training"),
                                            Optional.empty(),
                                            OptionalDouble.of(preset.get(kind)
                                                    .get("images_per_second")
                                                    .asDouble())));
                }
            }
        }
    }

    /** Reads the table. */
    public static TrainingPresets load() {
        try (InputStream in = Objects.requireNonNull(TrainingPresets.class.getResourceAsStream(TABLE))) {
            return new TrainingPresets(new ObjectMapper().readTree(in), ReleasedModels.load());
        } catch (IOException e) {
            throw new UncheckedIOException("The table of training presets could not be read.", e);
        }
    }

    private static TrainingPreset published(JsonNode preset, String kind, JsonNode table, ReleasedModels released) {
        ReleasedModel model = released.model(preset.get("model").asText());
        ObjectNode training = table.get("published").get(kind).deepCopy();
        training.setAll((ObjectNode) preset.get(kind).get("training"));
        return new TrainingPreset(
                preset.get("name").asText(),
                kind,
                model.about(),
                kind.equals(CLASSIFIER)
                        ? classifier(model)
                        : complete(model.denoiser().flags()),
                training,
                Optional.of(model.results().get(0)),
                OptionalDouble.empty());
    }

    /** A classifier sees the noise of the denoiser that it guides. */
    private static ObjectNode classifier(ReleasedModel model) {
        ObjectNode flags = diffusion(model.denoiser().flags());
        flags.remove("learn_sigma");
        ObjectNode network = ClassifierConfig.fromFlags(
                        model.classifier().orElseThrow().flags())
                .toFlags();
        network.remove("num_classes");
        return network.setAll(flags);
    }

    /** All flags, with the published defaults of those that the documentation leaves out. */
    private static ObjectNode complete(ObjectNode flags) {
        ObjectNode network = UNetConfig.fromFlags(flags).toFlags();
        // Follows from the images.
        network.remove("num_classes");
        return network.setAll(diffusion(flags));
    }

    private static ObjectNode diffusion(ObjectNode flags) {
        ObjectNode complete = DiffusionConfig.fromJson(flags).toJson();
        // These belong to sampling.
        complete.remove(List.of("timestep_respacing", "sigma_small"));
        return JsonNodeFactory.instance.objectNode().setAll(complete);
    }

    /** All presets; a name stands once for each network of a model. */
    public List<TrainingPreset> presets() {
        return List.copyOf(presets);
    }

    /**
     * The preset of a name for a network.
     *
     * @param kind see {@link TrainingPreset#kind}
     * @throws UserError if there is none; the message lists those of the network
     */
    public TrainingPreset preset(String kind, String name) {
        List<String> names = presets.stream()
                .filter(preset -> preset.kind().equals(kind))
                .map(TrainingPreset::name)
                .toList();
        return presets.stream()
                .filter(preset -> preset.kind().equals(kind) && preset.name().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    List<String> near = Suggestions.of(name, names);
                    return new UserError("There is no preset '" + name + "' for 'train " + kind + "': "
                            + (near.isEmpty()
                                    ? "there are " + String.join(", ", names)
                                    : "did you mean " + String.join(" or ", near) + "? There are "
                                            + String.join(", ", names))
                            + ".");
                });
    }
}
