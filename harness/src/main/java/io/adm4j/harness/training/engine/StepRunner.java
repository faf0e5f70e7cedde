package io.adm4j.harness.training.engine;

import io.adm4j.export.recipe.TrainingGraph;
import io.adm4j.export.training.PlainGraphs;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs forward and backward on a microbatch, in as many shares as there are arrays for gradients, side by side where there are
 * threads: two threads that compute one share each wait for each other less than two threads within each operator.
 *
 * <p>The shares, and so the sums of gradients, depend on the microbatch alone and not on the threads.
 */
final class StepRunner implements AutoCloseable {
    private final Path model;
    private final Device device;
    private final int threads;
    private final Set<String> reported;
    private final Workers workers;
    private final List<Map<String, Tensor>> inputs = new ArrayList<>();
    private final List<Map<String, Tensor>> results = new ArrayList<>();
    private @Nullable OnnxSession shared;
    private @Nullable OnnxSession whole;

    /**
     * @param model of {@link PlainGraphs#step}
     * @param threads at least 1
     * @param gradients one array for each share of a microbatch; each run adds to them
     * @param reported outputs that a run returns
     */
    StepRunner(
            Path model,
            Device device,
            int threads,
            StateArray weights,
            List<StateArray> gradients,
            Set<String> reported,
            Workers workers) {
        this.model = model;
        this.device = device;
        this.threads = threads;
        this.reported = reported;
        this.workers = workers;
        for (StateArray sums : gradients) {
            Map<String, Tensor> given = new LinkedHashMap<>(weights.parameters());
            Map<String, Tensor> targets = new LinkedHashMap<>();
            sums.parameters().forEach((name, sum) -> {
                given.put(name + PlainGraphs.SUM, sum);
                targets.put(name + PlainGraphs.GRADIENT, sum);
            });
            inputs.add(given);
            results.add(targets);
        }
        if (gradients.size() > 1) {
            shared();
        } else {
            whole();
        }
    }

    /**
     * Adds the gradients of a microbatch.
     *
     * @param microbatch [N, ...] by name, and scalars for all images
     * @return the reported outputs: a scalar is that of the whole microbatch
     */
    Map<String, Tensor> run(Map<String, Tensor> microbatch) {
        int size = (int) Objects.requireNonNull(microbatch.get(TrainingGraph.LOSS_WEIGHT))
                .dim(0);
        int shares = Math.min(size, inputs.size());
        if (shares == 1) {
            return run(whole(), 0, microbatch);
        }
        OnnxSession session = shared();
        List<Map<String, Tensor>> parts = new ArrayList<>();
        for (int i = 0; i < shares; i++) {
            parts.add(rows(microbatch, size * i / shares, size * (i + 1) / shares, size));
        }
        workers.run(shares, i -> parts.set(i, run(session, i, parts.get(i))));
        return joined(parts, size);
    }

    private Map<String, Tensor> run(OnnxSession session, int share, Map<String, Tensor> rows) {
        Map<String, Tensor> given = new LinkedHashMap<>(inputs.get(share));
        given.putAll(rows);
        return session.runInto(given, results.get(share), reported);
    }

    /** Rows of a microbatch, whose loss counts by their part of it. */
    private static Map<String, Tensor> rows(Map<String, Tensor> microbatch, int from, int to, int size) {
        Map<String, Tensor> rows = new LinkedHashMap<>();
        microbatch.forEach((name, tensor) -> rows.put(name, tensor.rank() == 0 ? tensor : tensor.rows(from, to)));
        float[] weights =
                Objects.requireNonNull(rows.get(TrainingGraph.LOSS_WEIGHT)).toFloatArray();
        for (int i = 0; i < weights.length; i++) {
            weights[i] = weights[i] * (to - from) / size;
        }
        rows.put(TrainingGraph.LOSS_WEIGHT, Tensor.of(weights, weights.length));
        return rows;
    }

    private static Map<String, Tensor> joined(List<Map<String, Tensor>> parts, int size) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        parts.get(0).forEach((name, part) -> {
            List<Tensor> pieces =
                    parts.stream().map(p -> Objects.requireNonNull(p.get(name))).toList();
            all.put(name, part.rank() == 0 ? sum(pieces) : joined(part, pieces, size));
        });
        return all;
    }

    private static Tensor sum(List<Tensor> scalars) {
        float sum = 0;
        for (Tensor scalar : scalars) {
            sum += scalar.floats().get(0);
        }
        return Tensor.of(new float[] {sum});
    }

    private static Tensor joined(Tensor first, List<Tensor> pieces, int size) {
        long[] shape = first.shape();
        shape[0] = size;
        Tensor joined = Tensor.zeros(first.type(), shape);
        ByteBuffer target = joined.bytes();
        pieces.forEach(piece -> target.put(piece.bytes()));
        return joined;
    }

    /** The caller of each share is one of the threads, and all others are common to them. */
    private OnnxSession shared() {
        if (shared == null) {
            shared = OnnxSession.openAsOrdered(model, device, Math.max(1, threads - inputs.size() + 1));
        }
        return shared;
    }

    private OnnxSession whole() {
        if (whole == null) {
            whole = OnnxSession.openAsOrdered(model, device, threads);
        }
        return whole;
    }

    @Override
    public void close() {
        if (shared != null) {
            shared.close();
        }
        if (whole != null) {
            whole.close();
        }
    }
}
