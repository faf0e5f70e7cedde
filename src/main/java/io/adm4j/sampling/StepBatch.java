package io.adm4j.sampling;

import io.adm4j.runtime.Threads;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One evaluation of a model's networks for images of any tasks, seeds, labels, timesteps and guidance scales. Only guided images
 * go through the classifier, and only those whose steps are corrected through the denoiser's gradient, one by one.
 */
final class StepBatch {
    private final SamplingPipeline model;
    private final ModelNetworks networks;
    private final List<SampleRow> rows;

    /**
     * The rows that the classifier gets, once the networks run: asking a row allocates its run, which is not for the scheduler's lock.
     * Kept, as the model is, since rows that have taken their step may be at another model.
     */
    private List<SampleRow> guided = List.of();

    private final Threads threads;
    private final BatchSizes sizes;
    private boolean measured;
    private double denoiserSeconds;
    private double classifierSeconds;
    private double jacobianSeconds;
    private int correctedRows;

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

    /** Seconds that the denoiser's gradient took; 0 without corrected rows. */
    double jacobianSeconds() {
        return jacobianSeconds;
    }

    int correctedRows() {
        return correctedRows;
    }

    /** Whether the networks ran for the batch as a whole, so that their times are known. */
    boolean measured() {
        return measured;
    }

    /**
     * What the networks give.
     *
     * @param outputs of the denoiser, one for each row of the batch
     * @param gradients of the classifier, one for each row; null for those that are not guided
     * @param products with the denoiser's Jacobian, one for each row; null for those that need none
     */
    record Evaluation(List<Tensor> outputs, List<@Nullable Tensor> gradients, List<@Nullable Tensor> products) {
        /** The denoiser's output for a row of the batch. */
        Tensor output(int row) {
            return outputs.get(row);
        }

        /** The classifier's gradient for a row of the batch; null if it is not guided. */
        @Nullable
        Tensor gradient(int row) {
            return gradients.get(row);
        }

        /** The product for a row of the batch; null if it needs none. */
        @Nullable
        Tensor product(int row) {
            return products.get(row);
        }
    }

    /** Runs the networks. */
    Evaluation evaluate() {
        long begin = System.nanoTime();
        guided = rows.stream().filter(SampleRow::guided).toList();
        List<Tensor> outputs = inBatches(rows, sizes.denoiserTogether(), this::denoise);
        long between = System.nanoTime();
        Iterator<Tensor> pulls =
                inBatches(guided, sizes.classifierTogether(), this::gradient).iterator();
        List<@Nullable Tensor> gradients = new ArrayList<>();
        rows.forEach(row -> gradients.add(row.guided() ? pulls.next() : null));
        long last = System.nanoTime();
        List<@Nullable Tensor> products = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            Tensor v = rows.get(i).run().cotangent(outputs.get(i));
            products.add(v == null ? null : product(new Inputs(List.of(rows.get(i)), 1), v));
        }
        correctedRows = (int) products.stream().filter(Objects::nonNull).count();
        measured(between - begin, last - between, System.nanoTime() - last);
        return new Evaluation(outputs, gradients, products);
    }

    private Tensor product(Inputs in, Tensor v) {
        return networks.vjp(in.x, in.timesteps, networks.takesLabels() ? in.labels : null, v, threads);
    }

    /** What a network gives for each of some rows, which it gets together or one by one. */
    private List<Tensor> inBatches(List<SampleRow> all, boolean together, Function<Inputs, Tensor> network) {
        List<Tensor> results = new ArrayList<>();
        int size = together ? Math.max(1, all.size()) : 1;
        for (int from = 0; from < all.size(); from += size) {
            List<SampleRow> part = all.subList(from, from + size);
            Tensor result = network.apply(new Inputs(part, sizes.padded(size)));
            for (int i = 0; i < size; i++) {
                results.add(result.rows(i, i + 1));
            }
        }
        return results;
    }

    private Tensor denoise(Inputs in) {
        return networks.denoise(
                in.x,
                in.timesteps,
                networks.takesLabels() ? in.labels : null,
                networks.takesLowRes() ? in.lowRes() : null,
                threads);
    }

    private Tensor gradient(Inputs in) {
        return networks.gradient(in.x, in.timesteps, in.labels, threads);
    }

    private void measured(long denoiserNanos, long classifierNanos, long jacobianNanos) {
        measured = true;
        jacobianSeconds = jacobianNanos * 1e-9;
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
