package io.adm4j.harness.evaluation.features;

import io.adm4j.harness.evaluation.linalg.MatrixProducts;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.nio.IntBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/** Lower bounds of the squared distances between rows, block by block on all threads. */
public final class DistanceBounds {
    private final MatrixProducts products;

    public DistanceBounds(MatrixProducts products) {
        this.products = products;
    }

    /** Takes the bounds of the rows of two blocks, valid until it returns; several threads call it at once, each with other blocks. */
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
        run(a, b, tile -> a.rows(), pairs, each);
    }

    /** Of the rows of a matrix with each other: of some rows with those before and with themselves, {@link #pairsWithin} in all. */
    public void within(QuantizedRows rows, LongConsumer pairs, Pair each) {
        run(rows, rows, rows::tileEnd, pairs, each);
    }

    /** How many pairs {@link #within} meets: those of two rows once at least, few of them twice. */
    public static long pairsWithin(int rows) {
        long pairs = 0;
        for (int from = 0; from < rows; from += QuantizedRows.TILE) {
            int end = Math.min(rows, from + QuantizedRows.TILE);
            pairs += (long) (end - from) * end;
        }
        return pairs;
    }

    /** How many rows of the first matrix a tile of the second is compared with. */
    @FunctionalInterface
    private interface Reach {
        int of(int tile);
    }

    private void run(QuantizedRows a, QuantizedRows b, Reach reach, LongConsumer pairs, Pair each) {
        Queue<Block> free = new ConcurrentLinkedQueue<>();
        ForkJoinPool pool = new ForkJoinPool(products.threads());
        try {
            pool.submit(() -> IntStream.range(0, b.tiles()).parallel().forEach(tile -> {
                        Block used = free.poll();
                        Block block = used != null ? used : new Block(a, b);
                        block.load(tile);
                        int end = reach.of(tile);
                        for (int from = 0; from < end; from += FeatureBlock.ROWS) {
                            block.compute(from, Math.min(FeatureBlock.ROWS, end - from), products);
                            each.of(block);
                            synchronized (this) {
                                pairs.accept((long) block.count() * block.otherCount());
                            }
                        }
                        free.add(block);
                    }))
                    .join();
        } finally {
            pool.shutdown();
        }
    }

    /** The bounds of some rows of one matrix with some of another. */
    public static final class Block {
        private final QuantizedRows a;
        private final QuantizedRows b;
        private final Tensor right;
        private final Tensor product;
        private Tensor tile;
        private IntBuffer sums;
        private int from;
        private int count;
        private int otherFrom;
        private int[] line = {};
        private float[] offsets = {};
        private float[] scales = {};
        private float[] bounds = {};

        private Block(QuantizedRows a, QuantizedRows b) {
            this.a = a;
            this.b = b;
            this.right = Tensor.zeros(ElementType.INT8, (long) b.columns() * QuantizedRows.TILE);
            this.product = Tensor.zeros(ElementType.INT32, FeatureBlock.ROWS * QuantizedRows.TILE);
            this.tile = right;
            this.sums = product.ints();
        }

        private void load(int index) {
            otherFrom = index * QuantizedRows.TILE;
            int others = b.tileEnd(index) - otherFrom;
            tile = right.rows(0, (long) b.columns() * others).reshape(b.columns(), others);
            b.transpose(index, tile);
            if (line.length != others) {
                line = new int[others];
                bounds = new float[others];
                offsets = new float[others];
                scales = new float[others];
            }
            for (int c = 0; c < others; c++) {
                offsets[c] = b.offset(otherFrom + c);
                scales[c] = b.scale(otherFrom + c);
            }
        }

        private void compute(int first, int rows, MatrixProducts products) {
            from = first;
            count = rows;
            Tensor result = product.rows(0, (long) rows * line.length).reshape(rows, line.length);
            products.ofIntegers(a.block(first).rows(0, rows), tile, result);
            sums = result.ints();
        }

        /** The first of the rows of the first matrix. */
        public int from() {
            return from;
        }

        /** At most {@link FeatureBlock#ROWS}. */
        public int count() {
            return count;
        }

        /** The first of the rows of the second matrix. */
        public int otherFrom() {
            return otherFrom;
        }

        public int otherCount() {
            return line.length;
        }

        /** Those of one row of the first matrix with all of the second; valid until the next call. */
        public float[] row(int row) {
            float offset = a.offset(from + row);
            float scale = a.scale(from + row);
            sums.get(row * line.length, line);
            for (int c = 0; c < line.length; c++) {
                bounds[c] = offset + offsets[c] - scale * scales[c] * line[c];
            }
            return bounds;
        }
    }
}
