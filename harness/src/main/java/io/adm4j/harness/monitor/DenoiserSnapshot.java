package io.adm4j.harness.monitor;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adm4j.bundle.ModelBundle;
import io.adm4j.export.net.Precision;
import io.adm4j.harness.bundle.BundleAssembler;
import io.adm4j.harness.training.RunFolder;
import io.adm4j.harness.training.engine.SavedWeights;
import io.adm4j.io.FileTree;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The denoiser or upsampler of a checkpoint as a bundle to sample from, with the moving average of the largest rate, or the weights
 * themselves where there is none.
 *
 * @param flags published flags of network and diffusion; not modified
 * @param emaRates of the run
 * @param folder of the bundle, which is deleted after use
 */
public record DenoiserSnapshot(ObjectNode flags, List<Double> emaRates, Path folder) {
    /**
     * Writes the bundle, uses it and deletes it.
     *
     * @throws io.adm4j.feedback.UserError if it cannot be written or read
     */
    <T> T with(RunFolder.Checkpoint checkpoint, Function<ModelBundle, T> use) {
        try {
            FileTree.delete(folder);
            try (BundleAssembler assembler = new BundleAssembler(folder)) {
                assembler.denoiser(flags, Precision.FP32, weights(checkpoint));
                return use.apply(assembler.finish(
                        "step-" + checkpoint.step(), List.of(), JsonNodeFactory.instance.objectNode()));
            } finally {
                FileTree.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, Tensor> weights(RunFolder.Checkpoint checkpoint) {
        SavedWeights saved = SavedWeights.read(checkpoint.folder());
        return emaRates.isEmpty() ? saved.weights() : saved.averages(Collections.max(emaRates));
    }
}
