package io.adm4j.export.autodiff;

import io.adm4j.export.graph.Processor;
import io.adm4j.export.graph.Value;
import io.adm4j.export.graph.WinogradTiles;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Y = W * X + b, in operators that run faster on a CPU than the convolution gradient kernels of the training build.
 *
 * <p>On x86-64 processors dX and dW of wide 3x3 convolutions are those of {@link WinogradTiles}; otherwise:
 *
 * <ul>
 *   <li>dX: with stride 1, dY convolved with W, whose channels are swapped and whose kernel is rotated by 180 degrees;
 *       with larger strides the transposed convolution.
 *   <li>dW: {@link ConvolutionWeights}.
 *   <li>db = sum of dY over everything but channels.
 * </ul>
 */
final class ConvolutionRule {
    private final BackwardContext step;
    private final Value x;
    private final Value weight;
    private final Value dy;
    private final long stride;
    private final long padding;

    private ConvolutionRule(BackwardContext step) {
        this.step = step;
        this.x = step.x(0);
        this.weight = step.x(1);
        this.dy = step.dy();
        this.stride = same(step, "strides");
        this.padding = same(step, "pads");
        if (step.node().integer("group", 1) != 1 || step.node().attributes().containsKey("dilations")) {
            throw step.unsupported("groups and dilations are not supported");
        }
    }

    static void apply(BackwardContext step) {
        ConvolutionRule rule = new ConvolutionRule(step);
        boolean tiled = step.processor() == Processor.X86_64
                && WinogradTiles.pays(rule.x, rule.weight, rule.stride, rule.padding);
        WinogradTiles tiles = tiled ? new WinogradTiles(rule.dy) : null;
        if (step.wants(0)) {
            step.give(0, tiles == null ? rule.inputGradient() : tiles.inputGradient(rule.weight));
        }
        if (step.wants(1)) {
            step.give(1, tiles == null ? rule.weightGradient() : tiles.weightGradient(rule.x));
        }
        if (step.wants(2)) {
            step.give(2, rule.dy.reduceSum(false, 0, 2, 3));
        }
    }

    private Value weightGradient() {
        return new ConvolutionWeights(step, stride, padding).gradient();
    }

    private Value inputGradient() {
        long kh = weight.dim(2);
        long kw = weight.dim(3);
        if (stride == 1 && kh == kw && padding < kh) {
            Value swapped = weight.transpose(1, 0, 2, 3);
            return dy.conv(kh == 1 ? swapped : swapped.flip2d(), null, 1, Math.toIntExact(kh - 1 - padding));
        }
        long restH = x.dim(2) - ((dy.dim(2) - 1) * stride - 2 * padding + kh);
        long restW = x.dim(3) - ((dy.dim(3) - 1) * stride - 2 * padding + kw);
        return step.standard(
                "ConvTranspose",
                List.of(dy, weight),
                Map.of(
                        "kernel_shape", new long[] {kh, kw},
                        "strides", new long[] {stride, stride},
                        "pads", new long[] {padding, padding, padding, padding},
                        "output_padding", new long[] {restH, restW}),
                x.shape());
    }

    private static long same(BackwardContext step, String attribute) {
        long[] values = step.node().integers(attribute);
        if (Arrays.stream(values).anyMatch(v -> v != values[0])) {
            throw step.unsupported("its " + attribute + " differ between axes");
        }
        return values[0];
    }
}
