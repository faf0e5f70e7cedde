package io.adm4j.export.importer.vision;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;

/**
 * What a published network does with images before its first layer.
 *
 * @param size height and width of the images that it takes
 * @param filter name of the filter that brings images to this size, as {@code harness eval --resize} takes it; the graph does
 *     not resize
 * @param normalization of the colors, part of the graph
 */
record Preprocessing(int size, String filter, Normalization normalization) {

    /**
     * Normalization of colors in [0, 1]: (color - mean) / deviation.
     *
     * @param mean of red, green and blue
     * @param deviation of red, green and blue
     */
    record Normalization(double[] mean, double[] deviation) {
        /** Of the images that ImageNet's networks are trained on. */
        static Normalization imageNet() {
            return new Normalization(new double[] {0.485, 0.456, 0.406}, new double[] {0.229, 0.224, 0.225});
        }

        /** Of the images that CLIP was trained on. */
        static Normalization clip() {
            return new Normalization(
                    new double[] {0.48145466, 0.4578275, 0.40821073},
                    new double[] {0.26862954, 0.26130258, 0.27577711});
        }
    }

    /** The graph's input {@code x}, float32 [N, 3, size, size] in [-1, 1], normalized. */
    Value input(GraphBuilder graph) {
        int colors = normalization.mean.length;
        float[] factor = new float[colors];
        float[] offset = new float[colors];
        for (int c = 0; c < colors; c++) {
            factor[c] = (float) (0.5 / normalization.deviation[c]);
            offset[c] = (float) ((0.5 - normalization.mean[c]) / normalization.deviation[c]);
        }
        return graph.input("x", ElementType.FLOAT32, GraphBuilder.BATCH, colors, size, size)
                .mul(graph.constant(Tensor.of(factor, 1, colors, 1, 1)))
                .add(graph.constant(Tensor.of(offset, 1, colors, 1, 1)));
    }
}
