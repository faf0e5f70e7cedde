package io.adm4j.export.importer.tensorflow;

import java.util.Map;

/**
 * The window of a convolution or pooling, as TensorFlow defines it.
 *
 * @param size height and width of the window
 * @param stride along height and width
 * @param pads zeros before and after: top, left, bottom, right
 * @param out height and width of the result
 */
record Window(long[] size, long[] stride, long[] pads, long[] out) {

    /**
     * @param node has the attributes strides, padding and perhaps data_format
     * @param in height and width of its input
     */
    static Window of(TensorFlowNode node, long[] size, long[] in) {
        if (node.attributes().containsKey("data_format")
                && !node.attribute("data_format", String.class).equals("NHWC")) {
            throw new TensorFlowGraphException(node + " has another data format than NHWC");
        }
        int[] stride = node.heightAndWidth("strides");
        boolean same = switch (node.attribute("padding", String.class)) {
            case "SAME" -> true;
            case "VALID" -> false;
            default -> throw new TensorFlowGraphException(node + " has another padding than SAME or VALID");
        };
        long[] pads = new long[4];
        long[] out = new long[2];
        for (int i = 0; i < 2; i++) {
            if (in[i] < 1) {
                throw new TensorFlowGraphException(node + " gets images of unknown size; they must be resized before");
            }
            if (same) {
                // As many results as strides fit in; zeros split evenly, the odd one at the end.
                out[i] = (in[i] + stride[i] - 1) / stride[i];
                long missing = Math.max(0, (out[i] - 1) * stride[i] + size[i] - in[i]);
                pads[i] = missing / 2;
                pads[i + 2] = missing - missing / 2;
            } else {
                out[i] = (in[i] - size[i]) / stride[i] + 1;
                if (in[i] < size[i]) {
                    throw new TensorFlowGraphException(node + " has a window of " + size[0] + "x" + size[1]
                            + ", which does not fit into " + in[0] + "x" + in[1]);
                }
            }
        }
        return new Window(size, new long[] {stride[0], stride[1]}, pads, out);
    }

    /** ONNX's attributes for it. */
    Map<String, Object> attributes() {
        return Map.of("kernel_shape", size, "strides", stride, "pads", pads);
    }
}
