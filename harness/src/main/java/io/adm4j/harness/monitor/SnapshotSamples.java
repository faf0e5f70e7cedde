package io.adm4j.harness.monitor;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.sampling.DatasetSamples;
import io.adm4j.harness.sampling.DownsampledSamples;
import io.adm4j.harness.sampling.InitialNoise;
import io.adm4j.harness.sampling.LabelAssignment;
import io.adm4j.harness.sampling.ModelSamples;
import io.adm4j.harness.sampling.SampleSource;
import io.adm4j.harness.sampling.UpsampledSamples;
import io.adm4j.runtime.Device;
import io.adm4j.sampling.SamplingPipeline;
import io.adm4j.sampling.SamplingSettings;
import io.adm4j.sampling.Upsampler;
import java.util.Optional;
import java.util.function.Function;

/**
 * How a network that is being trained is sampled from: always from the seeds 0, 1, 2, .... An upsampler gets images of its
 * dataset, evenly spread, downsampled by area, with their labels.
 */
public final class SnapshotSamples {
    private final Optional<Dataset> upsampled;
    private final Device device;
    private final int threads;

    private SnapshotSamples(Optional<Dataset> upsampled, Device device, int threads) {
        this.upsampled = upsampled;
        this.device = device;
        this.threads = threads;
    }

    /** @param threads threads within one operator; 0 for all cores */
    public static SnapshotSamples ofDenoiser(Device device, int threads) {
        return new SnapshotSamples(Optional.empty(), device, threads);
    }

    /** @param images of the large size, with labels if the upsampler takes any */
    public static SnapshotSamples ofUpsampler(Dataset images, Device device, int threads) {
        return new SnapshotSamples(Optional.of(images), device, threads);
    }

    /** What an upsampler's samples are of. */
    Optional<Dataset> upsampled() {
        return upsampled;
    }

    /** How labels are chosen, for an evaluation's settings. */
    String labels(ModelBundle bundle) {
        if (!bundle.manifest().classConditional()) {
            return "none";
        }
        return upsampled.isPresent() ? "of the images" : "balanced";
    }

    /**
     * Loads the network and uses its samples.
     *
     * @param labels of a denoiser's samples, see {@link LabelAssignment#of}
     * @param count of samples, at least 1
     */
    <T> T with(ModelBundle bundle, SamplingSettings settings, String labels, int count, Function<SampleSource, T> use) {
        return upsampled.isPresent()
                ? withUpsampled(bundle, settings, count, use, upsampled.get())
                : withGenerated(bundle, settings, labels, count, use);
    }

    private <T> T withGenerated(
            ModelBundle bundle, SamplingSettings settings, String labels, int count, Function<SampleSource, T> use) {
        try (SamplingPipeline pipeline = SamplingPipeline.open(bundle, device, threads)) {
            String assigned = bundle.manifest().classConditional() ? labels : "all";
            LabelAssignment assignment = LabelAssignment.of(assigned, bundle.manifest(), false);
            return use.apply(new ModelSamples(pipeline, assignment, settings, 0, count));
        }
    }

    private <T> T withUpsampled(
            ModelBundle bundle, SamplingSettings settings, int count, Function<SampleSource, T> use, Dataset images) {
        try (Upsampler upsampler = Upsampler.open(bundle, device, threads)) {
            SampleSource small = new DownsampledSamples(
                    new DatasetSamples(images, count, bundle.manifest().classConditional()), upsampler.smallSize());
            return use.apply(new UpsampledSamples(small, upsampler, settings, 0, InitialNoise.ofSeeds()));
        }
    }
}
