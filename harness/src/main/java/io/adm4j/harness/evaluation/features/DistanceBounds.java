package io.adm4j.harness.evaluation.features;

import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.function.LongConsumer;

/** Lower bounds of the squared distances between rows, block by block on all threads. */
public final class DistanceBounds {
    private final MatrixProducts products;

    public DistanceBounds(MatrixProducts products) {
        this.products = products;
    }

    /** Takes the bounds of the rows of two blocks; several threads call it at once, each with other blocks. */
    @FunctionalInterface
    public interface Pair {
        void of(Block block);
    }

    /**
     * Of each row of one matrix with each of another around the same origin.
     *
     * @param pairs receives the number of pairs of rows after each pair of blocks
     */
    public void between(QuantizedRows a, QuantizedRows b, LongConsumer pairs, Pair each) {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < a.blocks(); i++) {
            for (int j = 0; j < b.blocks(); j++) {
                blocks.add(new Block(a, i, b, j));
            }
        }
        run(blocks, pairs, each);
    }

    /** Of the rows of a matrix with each other: of a block with itself, and of two blocks once. */
    public void within(QuantizedRows rows, LongConsumer pairs, Pair each) {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < rows.blocks(); i++) {
            for (int j = i; j < rows.blocks(); j++) {
                blocks.add(new Block(rows, i, rows, j));
            }
        }
        run(blocks, pairs, each);
    }

    private void run(List<Block> blocks, LongConsumer pairs, Pair each) {
        Queue<Tensor> free = new ConcurrentLinkedQueue<>();
        ForkJoinPool pool = new ForkJoinPool(products.threads());
        try {
            pool.submit(() -> blocks.parallelStream().forEach(block -> {
                        Tensor used = free.poll();
                        Tensor memory = used != null
                                ? used
                                : Tensor.zeros(ElementType.INT32, (long) FeatureBlock.ROWS * FeatureBlock.ROWS);
                        block.compute(products, memory);
                        each.of(block);
                        block.release();
                        free.add(memory);
                        synchronized (this) {
                            pairs.accept((long) block.count() * block.otherCount());
                        }
                    }))
                    .join();
        } finally {
            pool.shutdown();
        }
    }

    /** The bounds of the rows of one block with those of another. */
    public static final class Block {
        private static final IntBuffer NONE = IntBuffer.allocate(0);

        private final QuantizedRows a;
        private final int i;
        private final QuantizedRows b;
        private final int j;
        private IntBuffer sums = NONE;
        private int[] line = {};
        private float[] offsets = {};
        private float[] scales = {};
        private float[] bounds = {};

        private Block(QuantizedRows a, int i, QuantizedRows b, int j) {
            this.a = a;
            this.i = i;
            this.b = b;
            this.j = j;
        }

        private void compute(MatrixProducts products, Tensor memory) {
            int others = otherCount();
            Tensor product = memory.rows(0, (long) count() * others).reshape(count(), others);
            products.ofIntegers(a.left(i), b.right(j), product);
            sums = product.ints();
            line = new int[others];
            bounds = new float[others];
            offsets = new float[others];
            scales = new float[others];
            for (int c = 0; c < others; c++) {
                offsets[c] = b.offset(otherFrom() + c);
                scales[c] = b.scale(otherFrom() + c);
            }
        }

        private void release() {
            sums = NONE;
            line = new int[0];
            bounds = new float[0];
            offsets = new float[0];
            scales = new float[0];
        }

        /** Whether both blocks are the same rows of one matrix. */
        public boolean isOnDiagonal() {
            return a == b && i == j;
        }

        /** The number of the first block in its matrix. */
        public int index() {
            return i;
        }

        /** The number of the second block in its matrix. */
        public int otherIndex() {
            return j;
        }

        /** The first row of the first block. */
        public int from() {
            return i * FeatureBlock.ROWS;
        }

        public int count() {
            return a.count(i);
        }

        /** The first row of the second block. */
        public int otherFrom() {
            return j * FeatureBlock.ROWS;
        }

        public int otherCount() {
            return b.count(j);
        }

        /** Those of one row of the first block with all of the second; valid until the next call. */
        public float[] row(int row) {
            float offset = a.offset(from() + row);
            float scale = a.scale(from() + row);
            sums.get(row * line.length, line);
            for (int c = 0; c < line.length; c++) {
                bounds[c] = offset + offsets[c] - scale * scales[c] * line[c];
            }
            return bounds;
        }
    }
}
