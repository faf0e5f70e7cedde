package io.adm4j.harness.bench;

import io.adm4j.harness.evaluation.features.FeatureExtractor;
import io.adm4j.runtime.Device;
import io.adm4j.tensor.Tensor;
import java.nio.file.Path;

/** Extraction of the features of one batch of images, as metrics need it. */
public final class FeatureExtraction implements Workload {
    private final FeatureExtractor extractor;
    private final Tensor images;

    /** @param images uint8 [N, H, W, 3] */
    public FeatureExtraction(Path network, Tensor images, Device device, int threads) {
        this.extractor = FeatureExtractor.open(network, device, threads);
        this.images = images;
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
