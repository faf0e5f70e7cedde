package io.adm4j.sampling;

import io.adm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * One batch of images to sample.
 *
 * @param seeds one per image; with label and settings it decides the image
 * @param labels one per image, or none for a model without classes
 * @param lowRes the images to upsample, float32 {@code [N, C, h, w]} in [-1, 1]; only for upsamplers, which need them
 * @param initialNoise x_T, float32 {@code [N, C, H, W]}, instead of noise from the seeds
 */
public record SampleRequest(
        long[] seeds, int[] labels, SamplingSettings settings, Optional<Tensor> lowRes, Optional<Tensor> initialNoise) {
    /** @throws IllegalArgumentException if there is no seed, or labels but not one per seed */
    public SampleRequest {
        if (seeds.length == 0) {
            throw new IllegalArgumentException("At least one image must be asked for.");
        }
        if (labels.length != 0 && labels.length != seeds.length) {
            throw new IllegalArgumentException(
                    "There are " + labels.length + " labels for " + seeds.length + " images; give one for each.");
        }
        seeds = seeds.clone();
        labels = labels.clone();
    }

    /** Images from their seeds alone. */
    public SampleRequest(long[] seeds, int[] labels, SamplingSettings settings) {
        this(seeds, labels, settings, Optional.empty(), Optional.empty());
    }

    /** Images of consecutive seeds, one per label. */
    public static SampleRequest consecutive(long firstSeed, int[] labels, SamplingSettings settings) {
        long[] seeds =
                LongStream.range(0, labels.length).map(i -> firstSeed + i).toArray();
        return new SampleRequest(seeds, labels, settings);
    }

    /**
     * The same request for an upsampler.
     *
     * @param small the images to upsample, float32 {@code [N, C, h, w]} in [-1, 1]
     */
    public SampleRequest upsampling(Tensor small) {
        return new SampleRequest(seeds, labels, settings, Optional.of(small), initialNoise);
    }

    /** The same images from given initial noise. */
    public SampleRequest withInitialNoise(Tensor noise) {
        return new SampleRequest(seeds, labels, settings, lowRes, Optional.of(noise));
    }

    /** One per image; a copy. */
    @Override
    public long[] seeds() {
        return seeds.clone();
    }

    /** One per image, or none; a copy. */
    @Override
    public int[] labels() {
        return labels.clone();
    }

    /** Number of images. */
    public int count() {
        return seeds.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SampleRequest r
                && Arrays.equals(seeds, r.seeds)
                && Arrays.equals(labels, r.labels)
                && settings.equals(r.settings)
                && lowRes.equals(r.lowRes)
                && initialNoise.equals(r.initialNoise);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(seeds) + settings.hashCode();
    }

    @Override
    public String toString() {
        return seeds.length + " images of seeds " + Arrays.toString(seeds) + ", labels " + Arrays.toString(labels)
                + ", " + settings;
    }
}
