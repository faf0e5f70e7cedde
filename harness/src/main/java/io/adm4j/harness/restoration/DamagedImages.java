package io.adm4j.harness.restoration;

import io.adm4j.diffusion.SeededNoise;
import io.adm4j.harness.data.Dataset;
import io.adm4j.restoration.NoiseEstimate;
import io.adm4j.sampling.PixelScale;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Images to restore.
 *
 * @param task what happened to them
 * @param measured what the task's degradation gave of each, one row each
 * @param sigmas standard deviation of the noise in each, in the range [-1, 1] of images
 * @param shown the measurements as images of the whole size, uint8 {@code [N, H, W, C]}: gray where nothing is known
 * @param truth the images before, uint8 {@code [N, H, W, C]}, where they are known
 */
public record DamagedImages(
        RestorationTask task, List<Tensor> measured, double[] sigmas, Tensor shown, Optional<Tensor> truth) {
    /**
     * The first images of a dataset.
     *
     * @param inputs damaged images, or whole ones to be damaged
     * @param count at most those of the dataset
     * @param damage whether to damage them first; the noise depends on the seed alone
     */
    public static DamagedImages of(RestorationTask task, Dataset inputs, int count, boolean damage, long seed) {
        Tensor read = inputs.images(IntStream.range(0, count).toArray());
        List<Tensor> measured = new ArrayList<>();
        List<Tensor> shown = new ArrayList<>();
        double[] sigmas = new double[count];
        for (int i = 0; i < count; i++) {
            Tensor values = PixelScale.toFloats(read.rows(i, i + 1));
            Tensor one = damage
                    ? task.degradation().measure(values)
                    : task.degradation().read(values);
            if (damage) {
                addNoise(one, task.noise().orElseThrow() / PixelScale.HALF_RANGE, seed);
            }
            sigmas[i] = task.noise().isPresent()
                    ? task.noise().getAsDouble() / PixelScale.HALF_RANGE
                    : NoiseEstimate.of(one);
            measured.add(one);
            shown.add(PixelScale.toNearestBytes(task.degradation().show(one)));
        }
        return new DamagedImages(task, measured, sigmas, joined(shown), damage ? Optional.of(read) : Optional.empty());
    }

    private static void addNoise(Tensor measured, double sigma, long seed) {
        if (sigma == 0) {
            return;
        }
        FloatBuffer noise =
                SeededNoise.ofMeasurement(seed).start(measured.shape()).floats();
        FloatBuffer values = measured.floats();
        for (int i = 0; i < values.capacity(); i++) {
            values.put(i, (float) (values.get(i) + sigma * noise.get(i)));
        }
    }

    /** Images of one shape as a batch. */
    static Tensor joined(List<Tensor> images) {
        Tensor first = images.get(0);
        Tensor all = Tensor.zeros(ElementType.UINT8, images.size(), first.dim(1), first.dim(2), first.dim(3));
        ByteBuffer target = all.bytes();
        images.forEach(image -> target.put(image.bytes()));
        return all;
    }

    /** Number of images. */
    public int count() {
        return measured.size();
    }
}
