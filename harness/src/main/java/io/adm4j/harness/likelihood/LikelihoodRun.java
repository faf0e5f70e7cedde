package io.adm4j.harness.likelihood;

import io.adm4j.diffusion.BitsPerDimension;
import io.adm4j.diffusion.Denoiser;
import io.adm4j.diffusion.SeededNoise;
import io.adm4j.feedback.Progress;
import io.adm4j.feedback.ProgressListener;
import io.adm4j.harness.data.Dataset;
import io.adm4j.harness.sampling.BatchRun;
import io.adm4j.harness.sampling.SampleShards;
import io.adm4j.harness.sampling.Share;
import io.adm4j.sampling.PixelScale;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Evaluates the bound of some images of a dataset batch by batch. The noise of an image follows from the seed and its number in the
 * dataset, so that its terms depend neither on its batch nor on which other images are chosen.
 */
public final class LikelihoodRun {
    private final Denoiser denoiser;
    private final BitsPerDimension bound;
    private final Dataset dataset;
    private final int[] chosen;
    private final Optional<long[]> labels;
    private final long seed;

    /**
     * @param chosen numbers of the images
     * @param labels one for each, or none where the denoiser takes none
     * @param seed the image of number k has the seed {@code seed + k}
     */
    public LikelihoodRun(
            Denoiser denoiser,
            BitsPerDimension bound,
            Dataset dataset,
            int[] chosen,
            Optional<long[]> labels,
            long seed) {
        this.denoiser = denoiser;
        this.bound = bound;
        this.dataset = dataset;
        this.chosen = chosen.clone();
        this.labels = labels;
        this.seed = seed;
    }

    /**
     * A random choice of images in ascending order; a larger choice with the same seed holds the smaller one.
     *
     * @param size of the dataset
     * @param count at most the size
     */
    public static int[] choose(int size, int count, long seed) {
        int[] numbers = IntStream.range(0, size).toArray();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            int other = i + random.nextInt(size - i);
            int number = numbers[i];
            numbers[i] = numbers[other];
            numbers[other] = number;
        }
        return IntStream.of(numbers).limit(count).sorted().toArray();
    }

    /**
     * Evaluates all images.
     *
     * @param kept where finished batches are; those that are there already are not evaluated again
     */
    public Likelihood evaluate(int batchSize, Optional<SampleShards> kept, ProgressListener listener) {
        BatchRun batches = new BatchRun(chosen.length, batchSize, kept, Share.WHOLE);
        Map<String, Tensor> all = new LinkedHashMap<>();
        try (Progress progress = start(batches, listener)) {
            batches.run(
                    (from, to) -> evaluate(from, to, progress),
                    (from, arrays) -> arrays.forEach((name, rows) -> copy(rows, all, name, from)));
        }
        all.put(Likelihood.TIMESTEPS, columns());
        all.put(Likelihood.IMAGES, Tensor.of(IntStream.of(chosen).asLongStream().toArray(), chosen.length));
        labels.ifPresent(values -> all.put(Likelihood.LABELS, Tensor.of(values, values.length)));
        return new Likelihood(all);
    }

    /**
     * Evaluates what is missing of a share of the batches, and keeps it.
     *
     * @return the images of that share
     */
    public int complete(Share share, int batchSize, SampleShards kept, ProgressListener listener) {
        BatchRun batches = new BatchRun(chosen.length, batchSize, Optional.of(kept), share);
        try (Progress progress = start(batches, listener)) {
            batches.complete((from, to) -> evaluate(from, to, progress));
        }
        return batches.shared();
    }

    private Progress start(BatchRun batches, ProgressListener listener) {
        long steps = bound.diffusion().numTimesteps();
        return listener.start("Bits per dimension", batches.done() * steps, batches.shared() * steps, "image steps");
    }

    private Map<String, Tensor> evaluate(int from, int to, Progress progress) {
        Tensor x0 = PixelScale.toFloats(dataset.images(Arrays.copyOfRange(chosen, from, to)));
        Tensor y = labels.isEmpty() ? null : Tensor.of(Arrays.copyOfRange(labels.get(), from, to), to - from);
        SeededNoise noise = new SeededNoise(
                IntStream.range(from, to).mapToLong(i -> seed + chosen[i]).toArray());
        BitsPerDimension.Terms terms = bound.evaluate(denoiser, x0, y, noise, (step, of) -> progress.step(to - from));
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        arrays.put(Likelihood.TOTAL, floats(terms.total()));
        arrays.put(Likelihood.PRIOR, floats(terms.prior()));
        arrays.put(Likelihood.VB, floats(terms.vb()));
        arrays.put(Likelihood.X_START_MSE, floats(terms.xStartMse()));
        arrays.put(Likelihood.MSE, floats(terms.mse()));
        return arrays;
    }

    private void copy(Tensor rows, Map<String, Tensor> all, String name, int first) {
        long[] shape = rows.shape();
        int length = rows.size() / (int) shape[0];
        shape[0] = chosen.length;
        all.computeIfAbsent(name, n -> Tensor.zeros(ElementType.FLOAT32, shape))
                .floats()
                .put(first * length, rows.toFloatArray());
    }

    private Tensor columns() {
        int[] kept = bound.diffusion().timestepMap();
        return Tensor.of(
                LongStream.range(0, kept.length)
                        .map(column -> kept[kept.length - 1 - (int) column])
                        .toArray(),
                kept.length);
    }

    private static Tensor floats(double[] values) {
        return floats(new double[][] {values}).reshape(values.length);
    }

    private static Tensor floats(double[][] values) {
        Tensor floats = Tensor.zeros(ElementType.FLOAT32, values.length, values[0].length);
        FloatBuffer target = floats.floats();
        int at = 0;
        for (double[] row : values) {
            for (double value : row) {
                target.put(at++, (float) value);
            }
        }
        return floats;
    }
}
