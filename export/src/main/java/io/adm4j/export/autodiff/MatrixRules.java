package io.adm4j.export.autodiff;

import io.adm4j.export.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Matrix products and look-up in a table. */
final class MatrixRules {
    private MatrixRules() {}

    /**
     * Y = α·A'·B', where A' is A or its transpose: dA' = α·dY·B'ᵀ and dB' = α·A'ᵀ·dY, transposed back where needed and
     * summed over broadcast batches.
     */
    static void matmul(BackwardContext s) {
        boolean transA = s.node().integer("transA", 0) == 1;
        boolean transB = s.node().integer("transB", 0) == 1;
        double alpha = s.node().real("alpha", 1);
        Value a = s.x(0);
        Value b = s.x(1);
        Value dy = s.dy();
        if (s.wants(0)) {
            Value da = transA ? b.matmul(dy, transB, true, alpha) : dy.matmul(b, false, !transB, alpha);
            s.give(0, da.sumTo(a.shape()));
        }
        if (s.wants(1)) {
            if (b.rank() == 2 && a.rank() > 2 && !transA) {
                // One long product in place of many short ones and their sum.
                a = rows(a);
                dy = rows(dy);
            }
            Value db = transB ? dy.matmul(a, true, transA, alpha) : a.matmul(dy, !transA, false, alpha);
            s.give(1, db.sumTo(b.shape()));
        }
    }

    /** Y = X·Wᵀ + b: dX = dY·W, dW = dYᵀ·X, db = sum of the rows of dY. */
    static void gemm(BackwardContext s) {
        if (s.node().integer("transA", 0) != 0
                || s.node().integer("transB", 0) != 1
                || s.node().real("alpha", 1) != 1
                || s.node().real("beta", 1) != 1) {
            throw s.unsupported("only x·Wᵀ + b is supported");
        }
        Value dy = s.dy();
        if (s.wants(0)) {
            s.give(0, s.standard("Gemm", List.of(dy, s.x(1)), Map.of(), s.x(0).shape()));
        }
        if (s.wants(1)) {
            s.give(1, s.standard("Gemm", List.of(dy, s.x(0)), Map.of("transA", 1L), s.x(1).shape()));
        }
        if (s.wants(2)) {
            s.give(2, dy.sumTo(s.x(2).shape()));
        }
    }

    /** Y = rows of a table by index: d(table) = Hᵀ·dY, where row i of H has its one 1 at index i. */
    static void gather(BackwardContext s) {
        Value table = s.x(0);
        if (s.node().integer("axis", 0) != 0) {
            throw s.unsupported("it is not along axis 0");
        }
        long width = Arrays.stream(table.shape()).skip(1).reduce(1, (p, q) -> p * q);
        long lookups = Arrays.stream(s.x(1).shape()).reduce(1, (p, q) -> p * q);
        Value chosen = s.x(1).reshape(lookups).oneHot(table.dim(0)).cast(table.type());
        Value dy = s.dy().reshape(lookups, width);
        Value sum = s.standard("Gemm", List.of(chosen, dy), Map.of("transA", 1L), table.dim(0), width);
        s.give(0, sum.reshape(table.shape()));
    }

    private static Value rows(Value v) {
        long[] shape = v.shape();
        long n = Arrays.stream(shape).limit(shape.length - 1L).reduce(1, (p, q) -> p * q);
        return v.reshape(n, shape[shape.length - 1]);
    }
}
