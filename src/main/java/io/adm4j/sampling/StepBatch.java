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
    private final ModelNetworks networks;
    private final List<SampleRow> rows;
    private final Threads threads;
    private final BatchSizes sizes;
    private double denoiserSeconds;
    private double classifierSeconds;

    /**
     * A batch.
     *
     * @param rows of one model, at least one
     * @param sizes how batches are padded
     */
    StepBatch(ModelNetworks networks, List<SampleRow> rows, Threads threads, BatchSizes sizes) {
        this.networks = networks;
        this.rows = List.copyOf(rows);
        this.threads = threads;
        this.sizes = sizes;
    }

    List<SampleRow> rows() {
        return rows;
    }

    SamplingPipeline model() {
        return rows.get(0).model();
    }

    /** The rows one by one, padded as before. */
    List<StepBatch> singles() {
        return rows.stream()
                .map(row -> new StepBatch(networks, List.of(row), threads, sizes))
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
        return (int) rows.stream().filter(SampleRow::guided).count();
    }

    /**
     * What the networks give.
     *
     * @param output of the denoiser, a row for each row of the batch
     * @param gradient of the classifier, a row for each guided row; null without any
     */
    record Evaluation(Tensor output, @Nullable Tensor gradient) {}

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
        denoiserSeconds = (between - begin) * 1e-9;
        List<SampleRow> guided = rows.stream().filter(SampleRow::guided).toList();
        if (guided.isEmpty()) {
            return new Evaluation(output, null);
        }
        int padded = sizes.forClassifier(guided.size());
        Inputs pulled = guided.size() == rows.size() && padded == all.count ? all : new Inputs(guided, padded);
        Tensor gradient = networks.gradient(pulled.x, pulled.timesteps, pulled.labels, threads);
        classifierSeconds = (System.nanoTime() - between) * 1e-9;
        return new Evaluation(output, gradient);
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
