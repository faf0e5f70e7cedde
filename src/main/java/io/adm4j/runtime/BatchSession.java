package io.adm4j.runtime;

import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A graph whose inputs and outputs all have the batch as their first dimension, and whose rows do not depend on each
 * other. Several threads may run it at once.
 *
 * <p>On a CPU a large batch is split into shares of rows, each computed by one thread, so that no thread waits for another
 * within an operator. Smaller batches use all threads within each operator, unless the session {@linkplain
 * #openSplitting always splits}. Both ways use all processors.
 */
public final class BatchSession implements AutoCloseable {
    /** Larger graphs, in bytes, are loaded only once and always use all threads within each operator. */
    private static final long LARGEST_TWICE = 512L << 20;

    /** A batch is split only if its largest share is at most this many times the mean share. */
    private static final double MOST_UNEVEN = 1.25;

    private final GraphSource model;
    private final Device device;
    private final int threads;
    private final boolean alwaysSplits;
    private final int largestShare;
    private final boolean splits;
    private final ExecutorService workers;
    private final boolean ownWorkers;
    private final OnnxSession first;
    private @Nullable OnnxSession whole;
    private boolean closed;

    private BatchSession(GraphSource model, Device device, int threads, boolean alwaysSplits, int largestShare) {
        this.model = model;
        this.device = device;
        this.threads = threads;
        this.alwaysSplits = alwaysSplits;
        this.largestShare = largestShare;
        int count = count();
        this.splits = device == Device.CPU && (alwaysSplits || count > 1 && model.bytes() <= LARGEST_TWICE);
        int within = splits ? 1 : threads;
        this.first = alwaysSplits
                ? OnnxSession.openAsWritten(model, device, within)
                : OnnxSession.open(model, device, within);
        this.ownWorkers = splits && count != OnnxEnvironment.processors();
        this.workers = ownWorkers ? OnnxEnvironment.workers(count) : OnnxEnvironment.workers();
    }

    /**
     * Loads a graph from a file; external data is expected in the same folder.
     *
     * @param threads CPU threads, at least 1; 0 for as many as there are processors
     * @throws RuntimeFailure if the file cannot be read, is no graph that this runtime runs, or the device is missing
     */
    public static BatchSession open(Path model, Device device, int threads) {
        return open(GraphSource.of(model), device, threads);
    }

    /**
     * As {@link #open(Path, Device, int)}.
     *
     * @throws io.adm4j.feedback.UserError if the source refuses the graph
     */
    public static BatchSession open(GraphSource model, Device device, int threads) {
        return new BatchSession(model, device, threads, false, Integer.MAX_VALUE);
    }

    /**
     * Loads a graph whose results on a CPU must not depend on the batch: each batch is split, however small or uneven, so
     * that one thread computes all of a row. A row's result is then the same bits in any batch with any number of threads,
     * if the graph's operators process row by row. They compute as the graph says; no convolution is rewritten for speed.
     *
     * @param threads CPU threads, at least 1; 0 for as many as there are processors
     * @param largestShare rows that one thread computes at once, at least 1
     * @throws RuntimeFailure if the file cannot be read, is no graph that this runtime runs, or the device is missing
     */
    public static BatchSession openSplitting(Path model, Device device, int threads, int largestShare) {
        return openSplitting(GraphSource.of(model), device, threads, largestShare);
    }

    /**
     * As {@link #openSplitting(Path, Device, int, int)}.
     *
     * @throws io.adm4j.feedback.UserError if the source refuses the graph
     */
    public static BatchSession openSplitting(GraphSource model, Device device, int threads, int largestShare) {
        return new BatchSession(model, device, threads, true, largestShare);
    }

    /**
     * Loads now what the first run with {@link Threads#ALL} would load.
     *
     * @throws RuntimeFailure if it cannot be loaded; this session is closed then
     */
    public void prepare() {
        if (!splits) {
            return;
        }
        try {
            whole();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** The inputs of the graph, in its order. */
    public List<TensorSpec> inputs() {
        return first.inputs();
    }

    /** The outputs of the graph, in its order. */
    public List<TensorSpec> outputs() {
        return first.outputs();
    }

    /** The text that the graph's file holds under keys of its own. */
    public Map<String, String> metadata() {
        return first.metadata();
    }

    /**
     * How many callers may run the graph side by side, each on its own thread, to use all processors: 1 on other devices than
     * the CPU, and where the graph is so large that each run uses all threads.
     */
    public int lanes() {
        return splits ? count() : 1;
    }

    /**
     * Runs the graph on a batch as a whole, with certain threads; otherwise as {@link #run(Map)}.
     *
     * @param which the calling thread alone only where there is more than one {@linkplain #lanes() lane}
     */
    public Map<String, Tensor> run(Map<String, Tensor> values, Threads which) {
        return splits && which == Threads.ALL ? whole().run(values) : first.run(values);
    }

    private int count() {
        return threads == 0 ? OnnxEnvironment.processors() : threads;
    }

    /**
     * Runs the graph on a batch.
     *
     * @param values one per input, by name, all of shape {@code [N, ...]}; not modified
     * @return all outputs by name, of shape {@code [N, ...]}, each in newly allocated memory
     * @throws IllegalArgumentException if an input is missing, unknown or of another type
     * @throws RuntimeFailure if there is too little memory
     * @throws GraphFailure if the run fails, as it does for inputs of a wrong shape
     */
    public Map<String, Tensor> run(Map<String, Tensor> values) {
        if (!splits) {
            return first.run(values);
        }
        long rows = values.values().iterator().next().dim(0);
        int count = count();
        long perThread = (rows + count - 1) / count;
        if (alwaysSplits && rows <= 1) {
            return first.run(values);
        }
        if (!alwaysSplits && (rows < count || perThread * count > rows * MOST_UNEVEN)) {
            return whole().run(values);
        }
        return runShares(values, rows, Math.min(perThread, largestShare));
    }

    private synchronized OnnxSession whole() {
        if (closed) {
            throw new IllegalStateException("This session is closed.");
        }
        if (whole == null) {
            whole = OnnxSession.open(model, device, threads);
        }
        return whole;
    }

    private Map<String, Tensor> runShares(Map<String, Tensor> values, long rows, long share) {
        List<Future<Map<String, Tensor>>> runs = new ArrayList<>();
        for (long from = 0; from < rows; from += share) {
            long begin = from;
            long end = Math.min(rows, from + share);
            Map<String, Tensor> part = new LinkedHashMap<>();
            values.forEach((name, value) -> part.put(name, value.rows(begin, end)));
            runs.add(workers.submit(() -> first.run(part)));
        }
        return joined(finished(runs), rows);
    }

    /** Waits for all shares even when interrupted, since they read the caller's memory. */
    private static List<Map<String, Tensor>> finished(List<Future<Map<String, Tensor>>> runs) {
        List<Map<String, Tensor>> results = new ArrayList<>();
        RuntimeException failure = null;
        boolean interrupted = false;
        for (Future<Map<String, Tensor>> run : runs) {
            while (true) {
                try {
                    results.add(run.get());
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    failure = e.getCause() instanceof RuntimeException cause
                            ? cause
                            : new IllegalStateException(e.getCause());
                    break;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
        return results;
    }

    private static Map<String, Tensor> joined(List<Map<String, Tensor>> parts, long rows) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        parts.get(0).forEach((name, part) -> {
            long[] shape = part.shape();
            shape[0] = rows;
            Tensor result = Tensor.zeros(part.type(), shape);
            ByteBuffer target = result.bytes();
            parts.forEach(p -> target.put(Objects.requireNonNull(p.get(name)).bytes()));
            all.put(name, result);
        });
        return all;
    }

    /** Frees the graph; no run may be in progress. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (ownWorkers) {
            workers.shutdown();
        }
        first.close();
        if (whole != null) {
            whole.close();
        }
    }
}
