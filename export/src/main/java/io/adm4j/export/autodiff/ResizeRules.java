package io.adm4j.export.autodiff;

import io.adm4j.export.graph.Value;
import java.util.Arrays;

/** Changes of resolution. */
final class ResizeRules {
    private ResizeRules() {}

    /** y = mean over 2x2 blocks: each pixel of a block gets a quarter of dy. */
    static void averagePool(BackwardContext s) {
        long[] two = {2, 2};
        if (!Arrays.equals(s.node().integers("kernel_shape"), two)
                || !Arrays.equals(s.node().integers("strides"), two)) {
            throw s.unsupported("only 2x2 blocks are supported");
        }
        Value dx = s.dy().mul(0.25).upsampleNearest2();
        long bottom = s.x(0).dim(2) - dx.dim(2);
        long right = s.x(0).dim(3) - dx.dim(3);
        // A last odd row or column is in no block.
        s.give(0, bottom == 0 && right == 0 ? dx : dx.pad2d(0, 0, bottom, right));
    }

    /** y = each pixel twice along both axes: dx = sum over 2x2 blocks of dy. */
    static void resize(BackwardContext s) {
        boolean doubled = s.y().dim(2) == 2 * s.x(0).dim(2) && s.y().dim(3) == 2 * s.x(0).dim(3);
        if (!"nearest".equals(s.node().attributes().get("mode")) || !doubled) {
            throw s.unsupported("only nearest-neighbor doubling is supported");
        }
        s.give(0, s.dy().averagePool2().mul(4));
    }
}
