package io.adm4j.export.net;

import io.adm4j.export.graph.Value;
import io.adm4j.export.net.ResBlock.Resample;
import io.adm4j.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/**
 * The encoder, which both networks share: {@code input_blocks} and {@code middle_block}.
 *
 * @param levels number of resolutions
 * @param resBlocks residual blocks at each level
 * @param width channels of a level
 * @param attends whether there is attention after downsampling by a factor
 * @param heads attention heads for a width
 */
record Encoder(
        Layers layers,
        ResBlock block,
        int levels,
        int resBlocks,
        IntUnaryOperator width,
        IntPredicate attends,
        IntUnaryOperator heads,
        boolean newAttentionOrder,
        boolean resblockUpDown) {

    /**
     * The outputs of the encoder.
     *
     * @param blocks outputs of the input blocks, in order
     * @param middle output of the middle block
     */
    record Result(List<Value> blocks, Value middle) {
        Result cast(ElementType type) {
            return new Result(blocks.stream().map(v -> v.cast(type)).toList(), middle.cast(type));
        }
    }

    Result apply(Value x) {
        List<Value> blocks = new ArrayList<>();
        Value h = layers.conv("input_blocks.0.0", x, width.applyAsInt(0), 3, 1);
        blocks.add(h);
        for (int level = 0; level < levels; level++) {
            for (int i = 0; i < resBlocks; i++) {
                String name = "input_blocks." + blocks.size();
                h = block.apply(name + ".0", h, width.applyAsInt(level), Resample.KEEP);
                if (attends.test(1 << level)) {
                    h = attention(name + ".1", h);
                }
                blocks.add(h);
            }
            if (level < levels - 1) {
                String name = "input_blocks." + blocks.size() + ".0";
                int channels = (int) h.dim(1);
                h = resblockUpDown
                        ? block.apply(name, h, channels, Resample.HALVE)
                        : layers.conv(name + ".op", h, channels, 3, 2);
                blocks.add(h);
            }
        }
        int channels = (int) h.dim(1);
        h = block.apply("middle_block.0", h, channels, Resample.KEEP);
        h = attention("middle_block.1", h);
        h = block.apply("middle_block.2", h, channels, Resample.KEEP);
        return new Result(blocks, h);
    }

    private Value attention(String name, Value h) {
        return Attention.block(layers, name, h, heads.applyAsInt((int) h.dim(1)), newAttentionOrder);
    }
}
