package io.adm4j.export.autodiff;

import io.adm4j.export.graph.Processor;
import io.adm4j.export.graph.Value;
import java.util.List;
import java.util.Map;

/**
 * O = P·V with P = softmax(α·Q·Kᵀ) over the keys, for each head. P is not kept but computed again, as in "FlashAttention"
 * (Dao et al. 2022, section 3.1): dV = Pᵀ·dO, dS = P∘(dO·Vᵀ - r) with r the sums of dO∘O over channels, dQ = α·dS·K and dK =
 * α·dSᵀ·Q.
 */
final class AttentionRule {
    private final BackwardContext step;
    private final long heads;

    private AttentionRule(BackwardContext step) {
        this.step = step;
        this.heads = step.node().integer("num_heads", 1);
    }

    static void apply(BackwardContext step) {
        if (step.node().inputs().size() != 3) {
            throw step.unsupported("only queries, keys and values are supported");
        }
        new AttentionRule(step).apply();
    }

    private void apply() {
        Value q = byHead(step.x(0));
        Value k = byHead(step.x(1));
        Value dy = byHead(step.dy());
        double scale = 1 / Math.sqrt(q.dim(3));
        Value weights = q.matmul(columns(step.x(1)), false, false, scale).softmax();
        if (step.wants(2)) {
            step.give(2, merged(weights.matmul(dy, true, false, 1)));
        }
        if (step.wants(0) || step.wants(1)) {
            Value inner = dy.mul(byHead(step.y())).reduceSum(true, 3);
            Value products = weights.mul(productLess(dy, columns(step.x(2)), inner));
            if (step.wants(0)) {
                step.give(0, merged(products.matmul(k, false, false, scale)));
            }
            if (step.wants(1)) {
                step.give(1, merged(products.matmul(q, true, false, scale)));
            }
        }
    }

    /** dO·Vᵀ - r. */
    private Value productLess(Value dy, Value values, Value inner) {
        if (step.processor() != Processor.X86_64) {
            return dy.matmul(values).sub(inner);
        }
        // As one more channel of the product, which spares a pass over what it gives.
        Value withOnes = step.standard(
                "Pad",
                List.of(values, step.graph().longs(0, 0, 0, 0, 0, 0, 1, 0), values.like(1)),
                Map.of(),
                values.dim(0),
                values.dim(1),
                values.dim(2) + 1,
                values.dim(3));
        return step.graph().concat(3, dy, inner.neg()).matmul(withOnes);
    }

    /** [N, T, C] to [N, heads, T, C / heads]. */
    private Value byHead(Value x) {
        return x.reshape(x.dim(0), x.dim(1), heads, x.dim(2) / heads).transpose(0, 2, 1, 3);
    }

    /** [N, T, C] to [N, heads, C / heads, T], which makes products of short rows faster than transposing within them. */
    private Value columns(Value x) {
        return x.reshape(x.dim(0), x.dim(1), heads, x.dim(2) / heads).transpose(0, 2, 3, 1);
    }

    private static Value merged(Value x) {
        return x.transpose(0, 2, 1, 3).reshape(x.dim(0), x.dim(2), x.dim(1) * x.dim(3));
    }
}
