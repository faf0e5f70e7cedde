package io.adm4j.harness;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.export.autodiff.ClassifierGradient;
import io.adm4j.export.net.ClassifierConfig;
import io.adm4j.export.net.NetworkModels;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.model.BundleWriter;
import io.adm4j.model.Manifest;
import io.adm4j.model.ModelBundle;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a bundle of networks, wherever their weights come from. */
final class BundleAssembler implements AutoCloseable {
    private final BundleWriter writer;
    private UNetConfig denoiser;
    private DiffusionConfig diffusion;
    private ClassifierConfig classifier;

    BundleAssembler(Path target) {
        writer = BundleWriter.create(target);
    }

    /** @param flags published flags of network and diffusion */
    void denoiser(ObjectNode flags, Map<String, Tensor> weights) {
        denoiser = UNetConfig.fromFlags(flags);
        diffusion = DiffusionConfig.fromJson(flags);
        NetworkModels.denoiser(denoiser, weights).write(writer.file(ModelBundle.DENOISER));
    }

    /**
     * The noisy classifier and its gradient graph.
     *
     * @throws UserError if it does not fit the denoiser, which comes first
     */
    void classifier(ObjectNode flags, Map<String, Tensor> weights) {
        classifier = ClassifierConfig.fromFlags(flags);
        if (classifier.imageSize() != denoiser.imageSize()) {
            throw new UserError("The classifier takes pictures of " + classifier.imageSize() + " pixels, the denoiser makes"
                    + " them of " + denoiser.imageSize() + ": guidance needs one size.");
        }
        if (denoiser.classConditional() && denoiser.numClasses() != classifier.numClasses()) {
            throw new UserError("The classifier knows " + classifier.numClasses() + " classes, the denoiser "
                    + denoiser.numClasses() + ": guidance needs the same ones.");
        }
        NetworkModels.classifier(classifier, weights).write(writer.file(ModelBundle.CLASSIFIER));
        ClassifierGradient.model(classifier, weights).write(writer.file(ModelBundle.CLASSIFIER_GRADIENT));
    }

    void features(ObjectNode flags, Map<String, Tensor> weights) {
        NetworkModels.features(ClassifierConfig.fromFlags(flags), weights).write(writer.file(ModelBundle.FEATURES));
    }

    ModelBundle finish(String name, List<String> classes, ObjectNode provenance) {
        return writer.finish(Manifest.describing(
                name,
                denoiser.imageSize(),
                denoiser.toFlags(),
                Optional.ofNullable(classifier).map(ClassifierConfig::toFlags),
                diffusion,
                classes,
                provenance));
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    @Override
    public void close() {
        writer.close();
    }
}
