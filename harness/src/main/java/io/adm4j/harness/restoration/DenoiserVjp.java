package io.adm4j.harness.restoration;

import io.adm4j.bundle.BundleAddition;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.bundle.OnnxDenoiserGradient;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.OnnxWeights;
import io.adm4j.export.graph.Parameter;
import io.adm4j.export.net.UNetConfig;
import io.adm4j.export.recipe.DenoiserVjpGraph;
import io.adm4j.feedback.UserError;
import io.adm4j.io.FileTree;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Opens the vector-Jacobian product of a bundle's denoiser. */
final class DenoiserVjp {
    private DenoiserVjp() {}

    /**
     * Opens the bundle's own graph, or one that is made of the weights of its denoiser, in float32.
     *
     * @param keep whether to add a graph that was made to the bundle, if that can be written
     * @param threads CPU threads; 0 for as many as there are processors
     * @param notes receives a sentence that says where a graph was made
     * @throws UserError if the bundle has none and its denoiser is not one of the published networks
     * @throws io.adm4j.runtime.RuntimeFailure if the graph or the device cannot be used
     */
    static OnnxDenoiserGradient open(
            ModelBundle bundle, boolean keep, Device device, int threads, Consumer<String> notes) {
        if (bundle.has(ModelBundle.DENOISER_VJP)) {
            return OnnxDenoiserGradient.open(bundle, device, threads);
        }
        OnnxModel model = model(bundle);
        Optional<ModelBundle> extended = keep ? extended(bundle, model, notes) : Optional.empty();
        if (extended.isPresent()) {
            return OnnxDenoiserGradient.open(extended.get(), device, threads);
        }
        notes.accept("Note: the denoiser's gradient was made for this run alone, in a temporary folder.");
        return openOnce(model, device, threads);
    }

    private static Optional<ModelBundle> extended(ModelBundle bundle, OnnxModel model, Consumer<String> notes) {
        try {
            ModelBundle extended = BundleAddition.add(bundle, ModelBundle.DENOISER_VJP, model::write);
            notes.accept("Note: the denoiser's gradient was made, and is kept in "
                    + bundle.folder().resolve(ModelBundle.DENOISER_VJP) + ".");
            return Optional.of(extended);
        } catch (UserError e) {
            notes.accept("Note: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static OnnxModel model(ModelBundle bundle) {
        DenoiserVjpGraph graph = graph(bundle);
        OnnxWeights stored = OnnxWeights.open(bundle.path(ModelBundle.DENOISER));
        Map<String, Tensor> weights = new LinkedHashMap<>();
        for (Parameter parameter : graph.parameters()) {
            if (!stored.shapes().containsKey(parameter.name())) {
                throw refusal(bundle, "it has no weights '" + parameter.name() + "'");
            }
            weights.put(parameter.name(), stored.readFloat32(parameter.name()));
        }
        return graph.withWeights(weights);
    }

    private static DenoiserVjpGraph graph(ModelBundle bundle) {
        try {
            return DenoiserVjpGraph.of(UNetConfig.fromFlags(bundle.manifest().denoiser()));
        } catch (UserError e) {
            throw refusal(bundle, String.valueOf(e.getMessage()));
        }
    }

    private static UserError refusal(ModelBundle bundle, String reason) {
        String ended = reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason;
        return new UserError("The gradient of the denoiser of " + bundle.folder() + " cannot be made (" + ended
                + "): export its run again with --with denoiser-vjp, or take --method ddnm.");
    }

    /** The runtime has read the file when it is open. */
    private static OnnxDenoiserGradient openOnce(OnnxModel model, Device device, int threads) {
        try {
            Path folder = Files.createTempDirectory("adm4j-vjp");
            try {
                Path file = folder.resolve(ModelBundle.DENOISER_VJP);
                model.write(file);
                return OnnxDenoiserGradient.open(file, device, threads);
            } finally {
                FileTree.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("No temporary folder could be made or deleted.", e);
        }
    }
}
