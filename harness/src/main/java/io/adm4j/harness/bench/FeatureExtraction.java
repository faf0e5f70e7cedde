package io.adm4j.harness.bench;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.evaluation.features.FeatureExtractor;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.function.IntFunction;

/** Extraction of the features of one batch of images, as metrics need it. */
public final class FeatureExtraction implements Workload {
    private final FeatureExtractor extractor;
    private final Tensor images;

    /** @param batch gives images of so many channels as the network takes: uint8 [N, H, W, C] */
    public FeatureExtraction(Path network, IntFunction<Tensor> batch, Device device, int threads) {
        this.extractor = FeatureExtractor.open(network, device, threads);
        try {
            this.images = batch.apply(extractor.channels());
        } catch (UserError e) {
            extractor.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return "feature extraction";
    }

    @Override
    public void run() {
        extractor.extract(images);
    }

    @Override
    public void close() {
        extractor.close();
    }
}
