package io.adm4j.sampling;

import io.adm4j.runtime.Threads;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One evaluation of a model's networks for images of any tasks, seeds, labels, timesteps and guidance scales. Only guided images
 * go through the classifier.
 */
final class StepBatch {
    private final SamplingPipeline model;
    private final ModelNetworks networks;
    private final List<SampleRow> rows;

    /** The rows that the classifier gets. Kept, as the model is, since rows that have taken their step may be at another model. */
    private final List<SampleRow> guided;

    private final Threads threads;
    private final BatchSizes sizes;
    private boolean measured;
    private double denoiserSeconds;
    private double classifierSeconds;

    /**
     * A batch.
     *
     * @param rows of one model, at least one
     * @param sizes how batches are padded
     */
    StepBatch(List<SampleRow> rows, Threads threads, BatchSizes sizes) {
        this.model = rows.get(0).model();
        this.networks = model.networks();
        this.rows = List.copyOf(rows);
        this.guided = rows.stream().filter(SampleRow::guided).toList();
        this.threads = threads;
        this.sizes = sizes;
    }

    List<SampleRow> rows() {
        return rows;
    }

    SamplingPipeline model() {
        return model;
    }

    /** The rows one by one, padded as before. */
    List<StepBatch> singles() {
        return rows.stream()
                .map(row -> new StepBatch(List.of(row), threads, sizes))
                .toList();
    }

    Threads threads() {
        return threads;
    }

    /** Seconds that the denoiser took. */
    double denoiserSeconds() {
        return denoiserSeconds;
    }

    /** Seconds that the classifier took; 0 without guided rows. */
    double classifierSeconds() {
        return classifierSeconds;
    }

    int guidedRows() {
        return guided.size();
    }

    /** Whether the networks ran for the batch as a whole, so that their times are known. */
    boolean measured() {
        return measured;
    }

    /** What the networks give. */
    final class Evaluation {
        private final Tensor output;
        private final @Nullable Tensor gradient;

        /**
         * Their outputs.
         *
         * @param output of the denoiser, a row for each row of the batch
         * @param gradient of the classifier, a row for each guided row; null without any
         */
        private Evaluation(Tensor output, @Nullable Tensor gradient) {
            this.output = output;
            this.gradient = gradient;
        }

        /** The denoiser's output for a row of the batch. */
        Tensor output(int row) {
            return output.rows(row, row + 1);
        }

        /** The classifier's gradient for a row of the batch; null if it is not guided. */
        @Nullable
        Tensor gradient(int row) {
            int at = guided.indexOf(rows.get(row));
            if (gradient == null || at < 0) {
                return null;
            }
            return gradient.rows(at, at + 1);
        }
    }

    /** Runs the networks. */
    Evaluation evaluate() {
        Inputs all = new Inputs(rows, sizes.forDenoiser(rows.size()));
        long begin = System.nanoTime();
        Tensor output = networks.denoise(
                all.x,
                all.timesteps,
                networks.takesLabels() ? all.labels : null,
                networks.takesLowRes() ? all.lowRes() : null,
                threads);
        long between = System.nanoTime();
        if (guided.isEmpty()) {
            measured(between - begin, 0);
            return new Evaluation(output, null);
        }
        int padded = sizes.forClassifier(guided.size());
        Inputs pulled = guided.size() == rows.size() && padded == all.count ? all : new Inputs(guided, padded);
        Tensor gradient = networks.gradient(pulled.x, pulled.timesteps, pulled.labels, threads);
        measured(between - begin, System.nanoTime() - between);
        return new Evaluation(output, gradient);
    }

    private void measured(long denoiserNanos, long classifierNanos) {
        measured = true;
        denoiserSeconds = denoiserNanos * 1e-9;
        classifierSeconds = classifierNanos * 1e-9;
    }

    /** The inputs of a network for some rows; what is padded repeats the first. */
    private static final class Inputs {
        private final List<SampleRow> rows;
        private final int count;
        private final Tensor x;
        private final Tensor timesteps;
        private final Tensor labels;

        Inputs(List<SampleRow> rows, int count) {
            this.rows = rows;
            this.count = count;
            this.x = stacked(row -> row.run().x());
            this.timesteps = Tensor.zeros(ElementType.FLOAT32, count);
            this.labels = Tensor.zeros(ElementType.INT64, count);
            FloatBuffer times = timesteps.floats();
            LongBuffer classes = labels.longs();
            for (int i = 0; i < count; i++) {
                times.put(row(i).run().timestep());
                classes.put(row(i).label());
            }
        }

        private SampleRow row(int i) {
            return rows.get(i < rows.size() ? i : 0);
        }

        Tensor lowRes() {
            return stacked(row -> Objects.requireNonNull(row.lowRes()));
        }

        private Tensor stacked(Function<SampleRow, Tensor> part) {
            List<Tensor> parts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                parts.add(part.apply(row(i)));
            }
            if (count == 1) {
                return parts.get(0);
            }
            long[] shape = parts.get(0).shape();
            shape[0] = count;
            Tensor stack = Tensor.zeros(ElementType.FLOAT32, shape);
            ByteBuffer to = stack.bytes();
            parts.forEach(tensor -> to.put(tensor.bytes()));
            return stack;
        }
    }
}
