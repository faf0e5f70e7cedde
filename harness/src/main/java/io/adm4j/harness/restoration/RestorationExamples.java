package io.adm4j.harness.restoration;

import io.adm4j.bundle.ModelBundle;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.data.Resampling;
import io.adm4j.harness.sampling.ImageLabels;
import io.adm4j.restoration.BlockSums;
import io.adm4j.restoration.Masking;
import io.adm4j.restoration.NullSpaceRestoration;
import io.adm4j.restoration.TimeTravel;
import io.adm4j.runtime.Device;
import io.adm4j.sampling.PixelScale;
import io.adm4j.sampling.RestorationMethod;
import io.adm4j.sampling.RestorationSettings;
import io.adm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Damages real images in three ways and restores them by DDNM with the denoiser of a bundle, as {@code harness restore} does. */
public final class RestorationExamples {
    private static final int MOST_STEPS = 50;
    private static final int FACTOR = 4;
    private static final double NOISE_LEVELS = 50;

    private final ModelBundle bundle;
    private final Dataset images;
    private final int count;
    private final Optional<long[]> labels;
    private final RestorationSettings settings;

    /**
     * @param images real ones of the bundle's size
     * @param count how many of them, from the first
     * @throws io.adm4j.feedback.UserError if the bundle's model cannot restore them
     */
    public RestorationExamples(ModelBundle bundle, Dataset images, int count) {
        this.bundle = bundle;
        this.images = images;
        settings = new RestorationSettings(
                RestorationMethod.DDNM,
                RestorationSettings.mostSteps(bundle.manifest().diffusion().diffusionSteps(), MOST_STEPS),
                NullSpaceRestoration.STANDARD_ETA,
                new TimeTravel(1, 1),
                1,
                0);
        ImageRestorer.check(bundle.manifest(), settings);
        this.count = Math.min(count, images.size());
        labels = ImageLabels.ofDenoiser(bundle.manifest())
                .of(null, images, IntStream.range(0, this.count).toArray());
    }

    /**
     * Damages and restores the images.
     *
     * @param seed of the damage's noise and of the restoration
     * @return half of each image hidden, images 4 times smaller, and noise
     * @throws io.adm4j.feedback.UserError if the model cannot be run
     */
    public List<RestorationExample> restore(long seed, ProgressListener listener) {
        int size = images.imageSize();
        boolean[] known = leftHalf(size);
        List<RestorationExample> examples = new ArrayList<>();
        try (ImageRestorer restorer = ImageRestorer.open(bundle, settings, false, Device.CPU, 0, note -> {});
                Progress progress = listener.start("Restoring", 3L * count * settings.steps(), "steps")) {
            examples.add(example(
                    restorer,
                    new RestorationTask("inpaint", new Masking(known), 1, OptionalDouble.of(0)),
                    "Right half hidden",
                    "median fill",
                    damaged -> new MedianFilter(1).fill(damaged, known),
                    seed,
                    progress));
            examples.add(example(
                    restorer,
                    new RestorationTask("superresolve", BlockSums.averages(FACTOR), FACTOR, OptionalDouble.of(0)),
                    FACTOR + " times smaller",
                    "bicubic",
                    damaged -> Resampling.BICUBIC_ANTIALIAS.apply(everyBlock(damaged), size, size),
                    seed,
                    progress));
            examples.add(example(
                    restorer,
                    new RestorationTask("denoise", Masking.none(size, size), 1, OptionalDouble.of(NOISE_LEVELS)),
                    "Noise of " + (int) NOISE_LEVELS + " gray levels",
                    "median of 3x3",
                    new MedianFilter(1)::smooth,
                    seed,
                    progress));
        }
        return examples;
    }

    private RestorationExample example(
            ImageRestorer restorer,
            RestorationTask task,
            String damage,
            String filter,
            UnaryOperator<Tensor> filtering,
            long seed,
            Progress progress) {
        DamagedImages damaged = DamagedImages.of(task, images, count, true, seed);
        Tensor restored = new RestorationRun(damaged, labels, seed, 1).restore(restorer, Optional.empty(), progress);
        return new RestorationExample(
                damage,
                filter,
                damaged.truth().orElseThrow(),
                damaged.shown(),
                filtering.apply(damaged.shown()),
                restored);
    }

    private static boolean[] leftHalf(int size) {
        boolean[] known = new boolean[size * size];
        for (int i = 0; i < known.length; i++) {
            known[i] = i % size < size / 2;
        }
        return known;
    }

    /** The small images: the pixels of a block are equal. */
    private static Tensor everyBlock(Tensor shown) {
        return PixelScale.toNearestBytes(BlockSums.averages(FACTOR).measure(PixelScale.toFloats(shown)));
    }
}
