package io.adm4j.harness.bundle;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.feedback.UserError;
import io.adm4j.harness.zoo.FetchFolder;
import io.adm4j.harness.zoo.FetchRecord;
import io.adm4j.harness.zoo.ReleasedFile;
import io.adm4j.harness.zoo.ReleasedModel;
import io.adm4j.harness.zoo.ReleasedModels;
import io.adm4j.harness.zoo.ReleasedNetwork;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The input of an import: each network's flags and weights.
 *
 * @param name of the model; null for the folder's
 * @param classes names by label; empty if unknown
 * @param origin the provenance that the bundle records, without the files
 */
public record ImportPlan(
        @Nullable String name,
        Network denoiser,
        Optional<Network> classifier,
        List<String> classes,
        ObjectNode origin) {

    /**
     * One network.
     *
     * @param title its name in messages
     * @param fetched the record of a fetched file, which has been checked
     */
    public record Network(String title, ObjectNode flags, Path weights, Optional<FetchRecord> fetched) {

        /** The provenance of the weights that the bundle records. */
        public ObjectNode origin() {
            FetchRecord file = fetched.orElseGet(() -> FetchRecord.describing(weights, ""));
            ObjectNode json = JsonNodeFactory.instance
                    .objectNode()
                    .put("file", weights.getFileName().toString());
            fetched.ifPresent(f -> json.put("source", f.source()));
            return json.put("bytes", file.bytes()).put("sha256", file.sha256());
        }
    }

    /**
     * The plan for networks that flags describe; without a classifier its arguments are null.
     *
     * @param notes receives a sentence for each file that has flags without meaning here
     */
    public static ImportPlan ofFlags(
            Path flags,
            Path weights,
            @Nullable Path classifierFlags,
            @Nullable Path classifierWeights,
            Consumer<String> notes) {
        Network denoiser =
                network(flags, PublishedFlags.read(flags, PublishedFlags.Network.DENOISER, notes), weights, json -> {
                    UNetConfig.fromFlags(json);
                    DiffusionConfig.fromJson(json);
                });
        Optional<Network> classifier = classifierFlags == null
                ? Optional.empty()
                : Optional.of(network(
                        classifierFlags,
                        PublishedFlags.read(classifierFlags, PublishedFlags.Network.CLASSIFIER, notes),
                        Objects.requireNonNull(classifierWeights),
                        ClassifierConfig::fromFlags));
        return new ImportPlan(null, denoiser, classifier, List.of(), JsonNodeFactory.instance.objectNode());
    }

    /** @param check throws a UserError where the flags describe nothing */
    private static Network network(Path file, ObjectNode flags, Path weights, Consumer<ObjectNode> check) {
        try {
            check.accept(flags);
        } catch (UserError e) {
            throw new UserError("In " + file + ": " + e.getMessage(), e);
        }
        return new Network("the network that " + file + " describes", flags, weights, Optional.empty());
    }

    /**
     * The plan for a released model.
     *
     * @param weights the denoiser's; null for the fetched file
     * @param classifierWeights the classifier's; null for the fetched file
     * @param withClassifier whether the classifier is wanted, if there is one
     * @throws UserError if a file is needed that is not in the folder, or has changed since it was fetched
     */
    public static ImportPlan ofReleased(
            ReleasedModels released,
            ReleasedModel model,
            @Nullable Path weights,
            @Nullable Path classifierWeights,
            boolean withClassifier,
            FetchFolder folder) {
        if (classifierWeights != null && model.classifier().isEmpty()) {
            throw new UserError("No classifier was released for " + model.name() + ": leave out --classifier-weights.");
        }
        ObjectNode origin = JsonNodeFactory.instance.objectNode().put("released", model.name());
        ArrayNode recommended = origin.putArray("recommended");
        model.settings().forEach(s -> recommended.add(s.toJson()));
        Network denoiser =
                network(model.name(), released.file(model.denoiser()), model.denoiser(), weights, folder, "--weights");
        Optional<Network> classifier = model.classifier()
                .filter(c -> withClassifier)
                .map(c -> network(
                        "the classifier of " + model.name(),
                        released.file(c),
                        c,
                        classifierWeights,
                        folder,
                        "--classifier-weights, or do without it (--no-classifier)"));
        List<String> classes = model.hasClasses() ? ReleasedModels.imageNetClasses() : List.of();
        return new ImportPlan(model.name(), denoiser, classifier, classes, origin);
    }

    private static Network network(
            String title,
            ReleasedFile file,
            ReleasedNetwork network,
            @Nullable Path given,
            FetchFolder folder,
            String option) {
        if (given != null) {
            return new Network(title, network.flags(), given, Optional.empty());
        }
        if (!folder.has(file)) {
            throw new UserError("The weights of " + title + " are missing: there is no " + folder.place(file)
                    + "; 'harness fetch' downloads it, or give a file with " + option + ".");
        }
        return new Network(title, network.flags(), folder.place(file), Optional.of(folder.check(file)));
    }
}
