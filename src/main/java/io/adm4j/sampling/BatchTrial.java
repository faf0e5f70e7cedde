package io.adm4j.sampling;

import io.adm4j.diffusion.SeededNoise;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.Threads;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Finds out by running a model's networks which sizes of batches suit them. */
final class BatchTrial {
    /** Once this time has passed with a network, no more is tried. */
    private static final double ENOUGH_SECONDS = 0.5;

    /**
     * On a CPU rows of larger batches are little faster: a batch is as large as {@link StepScheduler#CPU_ROWS} but its step, after
     * which rows join and leave, is no longer than this. A rule that does not depend on how busy the processor is just now.
     */
    private static final double LONGEST_STEP_SECONDS = 1;

    /** A larger batch is worth its longer steps only if its rows take less than this share of the time. */
    private static final double WORTHWHILE = 0.95;

    private static final int TIMESTEP = 613;

    private static final int[] ON_CPU = {1, 2, 3, 4};
    private static final int[] ON_DEVICE = {1, 2, 4, 8, 16, 32};

    private final SamplingPipeline model;
    private final ModelNetworks networks;
    private final int limit;
    private final boolean cpu;

    /** @param limit most rows in a batch; 0 to find it */
    BatchTrial(SamplingPipeline model, int limit) {
        this.model = model;
        this.networks = model.networks();
        this.limit = limit;
        this.cpu = networks.device() == Device.CPU;
    }

    BatchSizes sizes() {
        Trial denoiser = trial(this::denoise);
        networks.loadClassifier();
        Optional<Trial> classifier = networks.hasClassifier() ? Optional.of(trial(this::gradient)) : Optional.empty();
        if (networks.lanes() > 1) {
            // Single images take all threads, for which the graphs are loaded once more.
            run(1, Threads.ALL);
        }
        int rows = limit > 0 ? limit : cpu ? denoiser.within(LONGEST_STEP_SECONDS) : denoiser.efficient();
        if (rows == 1) {
            // There is no other size whose bits could differ.
            return new BatchSizes(1, true, true, !cpu);
        }
        // Other devices choose their kernels by the size, so no row is quite independent of its company there.
        return new BatchSizes(
                rows,
                !cpu || denoiser.rowsAreIndependent(),
                !cpu || classifier.map(Trial::rowsAreIndependent).orElse(true),
                !cpu);
    }

    private Tensor run(int rows, Threads threads) {
        Tensor output = denoise(rows, threads);
        return networks.hasClassifier() ? gradient(rows, threads) : output;
    }

    private Tensor denoise(int rows) {
        return denoise(rows, Threads.CALLING);
    }

    private Tensor gradient(int rows) {
        return gradient(rows, Threads.CALLING);
    }

    private Tensor denoise(int rows, Threads threads) {
        Tensor labels = networks.takesLabels() ? labels(rows) : null;
        Tensor lowRes = networks.takesLowRes() ? Tensor.zeros(ElementType.FLOAT32, model.lowResShape(rows)) : null;
        return networks.denoise(noise(rows), timesteps(rows), labels, lowRes, threads);
    }

    private Tensor gradient(int rows, Threads threads) {
        return networks.gradient(noise(rows), timesteps(rows), labels(rows), threads);
    }

    /** All rows are the same, so that what they give may be compared. */
    private Tensor noise(int rows) {
        return new SeededNoise(new long[rows]).start(model.shape(rows));
    }

    private static Tensor labels(int rows) {
        return Tensor.zeros(ElementType.INT64, rows);
    }

    private static Tensor timesteps(int rows) {
        Tensor timesteps = Tensor.zeros(ElementType.FLOAT32, rows);
        for (int i = 0; i < rows; i++) {
            timesteps.floats().put(i, TIMESTEP);
        }
        return timesteps;
    }

    /** The network is run for one row at least; for others, and again for better timing, while there is time. */
    private Trial trial(IntFunction<Tensor> network) {
        long begin = System.nanoTime();
        Trial trial = new Trial();
        int[] sizes = sizesToTry();
        // The first run with a size takes longer, which matters only where sizes are compared.
        int rounds = cpu || limit > 0 ? 1 : 2;
        for (int round = 0; round < rounds; round++) {
            for (int rows : sizes) {
                if (!trial.isEmpty() && (System.nanoTime() - begin) * 1e-9 > ENOUGH_SECONDS) {
                    return trial;
                }
                long start = System.nanoTime();
                Tensor output = network.apply(rows);
                trial.add(rows, output, (System.nanoTime() - start) * 1e-9);
            }
        }
        return trial;
    }

    private int[] sizesToTry() {
        int[] usual = cpu ? ON_CPU : ON_DEVICE;
        return limit == 0
                ? usual
                : IntStream.concat(IntStream.of(usual), IntStream.of(limit))
                        .filter(rows -> rows <= limit)
                        .distinct()
                        .toArray();
    }

    /** What one network gave and how long it took, by the number of rows. */
    static final class Trial {
        private final TreeMap<Integer, Tensor> outputs = new TreeMap<>();
        private final TreeMap<Integer, Double> secondsPerRow = new TreeMap<>();

        boolean isEmpty() {
            return outputs.isEmpty();
        }

        /** Adds a run with a number of rows. */
        void add(int rows, Tensor output, double seconds) {
            outputs.put(rows, output);
            secondsPerRow.merge(rows, seconds / rows, Math::min);
        }

        /** The smallest batch whose rows are about as fast as in any. */
        int efficient() {
            double best = secondsPerRow.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .min()
                    .orElseThrow();
            return secondsPerRow.entrySet().stream()
                    .filter(entry -> entry.getValue() * WORTHWHILE <= best)
                    .mapToInt(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow();
        }

        /** The largest usual batch whose step is no longer than a number of seconds; 1 if none is. */
        int within(double seconds) {
            double perRow = secondsPerRow.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .min()
                    .orElseThrow();
            int rows = StepScheduler.CPU_ROWS;
            while (rows > 1 && rows * perRow > seconds) {
                rows /= 2;
            }
            return rows;
        }

        /** Whether a row has the same bits alone and at any place of any batch, as far as was tried. */
        boolean rowsAreIndependent() {
            Tensor alone =
                    Objects.requireNonNull(outputs.firstEntry()).getValue().rows(0, 1);
            for (Tensor output : outputs.values()) {
                for (long row = 0; row < output.dim(0); row++) {
                    if (!output.rows(row, row + 1).bytes().equals(alone.bytes())) {
                        return false;
                    }
                }
            }
            return true;
        }
    }
}
