package io.adm4j.harness.training.engine;

import io.adm4j.feedback.UserError;
import io.adm4j.io.Sha256;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;

/** Weights in a checkpoint of {@link PlainEngine}. */
final class PlainWeights implements SavedWeights {
    private final Path folder;
    private final StateFiles files;

    PlainWeights(Path folder) {
        this.folder = folder;
        this.files = StateFiles.open(folder);
    }

    @Override
    public Map<String, Tensor> weights() {
        return files.map(StateFiles.WEIGHTS);
    }

    @Override
    public Map<String, Tensor> averages(double rate) {
        if (files.has(StateFiles.average(rate))) {
            return files.map(StateFiles.average(rate));
        }
        if (files.isOfNewRun()) {
            return weights();
        }
        throw new UserError(
                "The checkpoint has no moving average of rate " + rate + ": use a rate that the run was trained with.");
    }

    /** The index has the checksums of all files. */
    @Override
    public String sha256() {
        return Sha256.of(folder.resolve(StateFiles.INDEX));
    }
}
