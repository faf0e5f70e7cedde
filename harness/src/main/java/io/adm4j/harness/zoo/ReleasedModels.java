package io.adm4j.harness.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.adm4j.feedback.Suggestions;
import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The models and files published with the paper, and the feature networks that others published. Addresses and flags are those of the published code's documentation
 * (the resource {@code released.json}), scores those of the paper's tables 4, 5, 6 and 16, guidance scales those of table
 * 14 and the documentation.
 */
public final class ReleasedModels {
    private static final String TABLE = "released.json";
    private static final String CLASSES = "imagenet-classes.txt";

    private final URI publisher;
    private final Map<String, ReleasedModel> models = new LinkedHashMap<>();
    private final Map<String, OtherFile> files = new LinkedHashMap<>();

    /**
     * A published file that is no model.
     *
     * @param name its name in adm4j
     * @param about one line of description
     * @param file where its publisher has it
     */
    public record OtherFile(String name, String about, ReleasedFile file) {}

    private ReleasedModels(JsonNode json) {
        publisher = URI.create(json.get("publisher").asText());
        json.get("models").forEach(m -> {
            ReleasedModel model = ReleasedModel.fromJson(m);
            models.put(model.name(), model);
        });
        json.get("files").forEach(f -> {
            OtherFile file =
                    new OtherFile(f.get("name").asText(), f.get("about").asText(), file(f));
            files.put(file.name(), file);
        });
    }

    /** Others than the paper's authors publish under addresses of their own. */
    private ReleasedFile file(JsonNode json) {
        String path = json.get("path").asText();
        return new ReleasedFile(
                publisher.resolve(json.path("address").asText(path)),
                path,
                json.path("leastBytes").asLong(1),
                Optional.ofNullable(json.path("sha256").textValue()));
    }

    /** Reads the table. */
    public static ReleasedModels load() {
        try (InputStream in = resource(TABLE)) {
            return new ReleasedModels(new ObjectMapper().readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException("The table of released models could not be read.", e);
        }
    }

    /** The names of ImageNet's 1000 classes in the order of the labels, no two alike. */
    public static List<String> imageNetClasses() {
        try (InputStream in = resource(CLASSES)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The names of ImageNet's classes could not be read.", e);
        }
    }

    private static InputStream resource(String name) {
        return ReleasedModels.class.getResourceAsStream(name);
    }

    /** Folder of everything that was published with the paper. */
    public URI publisher() {
        return publisher;
    }

    public List<ReleasedModel> models() {
        return List.copyOf(models.values());
    }

    /** The other files that can be fetched: feature networks and statistics of datasets. */
    public List<OtherFile> otherFiles() {
        return List.copyOf(files.values());
    }

    /**
     * The model of a name.
     *
     * @throws UserError if there is none; the message lists similar names
     */
    public ReleasedModel model(String name) {
        return Optional.ofNullable(models.get(name))
                .orElseThrow(() -> unknown("released model", name, List.copyOf(models.keySet())));
    }

    /** The file of a network. A mirror may have converted it to half precision, not to less. */
    public ReleasedFile file(ReleasedNetwork network) {
        return new ReleasedFile(publisher.resolve(network.path()), network.path(), network.approximateBytes() / 2);
    }

    /**
     * The files that a name stands for: those of a model, or one of the others.
     *
     * @throws UserError if there is none; the message lists similar names
     */
    public List<ReleasedFile> filesOf(String name) {
        if (models.containsKey(name)) {
            ReleasedModel model = models.get(name);
            return Stream.concat(Stream.of(model.denoiser()), model.classifier().stream())
                    .map(this::file)
                    .toList();
        }
        if (files.containsKey(name)) {
            return List.of(files.get(name).file());
        }
        LinkedHashSet<String> names = new LinkedHashSet<>(models.keySet());
        names.addAll(files.keySet());
        throw unknown("model or file", name, new ArrayList<>(names));
    }

    private static UserError unknown(String what, String name, List<String> names) {
        List<String> near = Suggestions.of(name, names);
        String meant = near.isEmpty()
                ? "there are " + String.join(", ", names)
                : "did you mean " + String.join(" or ", near) + "? 'harness models' lists all";
        return new UserError("There is no " + what + " '" + name + "': " + meant + ".");
    }
}
