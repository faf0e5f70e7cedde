package io.adm4j.harness.sampling;

import io.adm4j.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Computes arrays for images batch by batch. Finished batches may be kept; those that are there already are not computed again.
 *
 * @param count images in all
 * @param batchSize at least 1
 * @param kept where finished batches are, if anywhere
 * @param share of the batches that this process takes
 */
public record BatchRun(int count, int batchSize, Optional<SampleShards> kept, Share share) {
    /** What is computed for a batch. */
    @FunctionalInterface
    public interface Computation {
        /**
         * Computes the arrays of the images {@code from} to {@code to} (exclusive).
         *
         * @return name to array
         */
        Map<String, Tensor> of(int from, int to);
    }

    /** What is done with the arrays of a batch. */
    @FunctionalInterface
    public interface Receiver {
        /** Takes the arrays of the batch that begins with this image. */
        void take(int from, Map<String, Tensor> arrays);
    }

    /** Images of this process's share. */
    public int shared() {
        return share.to(count, batchSize) - share.from(count, batchSize);
    }

    /** How many of them were finished before. */
    public int done() {
        return firsts().filter(this::has).map(from -> to(from) - from).sum();
    }

    /**
     * Computes what is missing of the share.
     *
     * @param receiver is handed all of its batches in order, also those that were finished before
     */
    public void run(Computation computation, Receiver receiver) {
        firsts().forEach(from ->
                receiver.take(from, has(from) ? kept.orElseThrow().arrays(from) : compute(from, computation)));
    }

    /** Computes what is missing of the share, without reading what is there. */
    public void complete(Computation computation) {
        firsts().filter(from -> !has(from)).forEach(from -> compute(from, computation));
    }

    private Map<String, Tensor> compute(int from, Computation computation) {
        Map<String, Tensor> arrays = computation.of(from, to(from));
        kept.ifPresent(shards -> shards.put(from, arrays));
        return arrays;
    }

    private IntStream firsts() {
        return IntStream.iterate(share.from(count, batchSize), from -> from < share.to(count, batchSize), this::to);
    }

    private int to(int from) {
        return (int) Math.min(count, (long) from + batchSize);
    }

    private boolean has(int from) {
        return kept.isPresent() && kept.get().has(from);
    }
}
