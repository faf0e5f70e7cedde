package io.adm4j.export.importer.tensorflow;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.OnnxModel;
import io.adm4j.export.graph.Value;
import io.adm4j.export.importer.CheckpointException;
import io.adm4j.tensor.ElementType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The Inception network of the Inception Score and of FID: the frozen TensorFlow graph of 2015-12-05 that the published
 * evaluator runs ({@code classify_image_graph_def.pb}), as an ONNX model with the outputs that the evaluator uses.
 *
 * <p>Input {@code images} [N, H, W, 3] of 0 to 255, any N, H and W. Outputs, float32:
 *
 * <ul>
 *   <li>{@code pool_3} [N, 2048], the features of FID, precision and recall;
 *   <li>{@code spatial} [N, 2023], those of sFID: the first 7 channels of {@code mixed_6/conv}, 17x17 positions by 7 channels;
 *   <li>{@code probabilities} [N, 1008], those of the Inception Score: the softmax of {@code pool_3} times the last layer's
 *       weights, without its bias.
 * </ul>
 */
public final class InceptionNetwork {
    private static final String IMAGES = "ExpandDims";
    private static final String POOL = "pool_3";
    private static final String SPATIAL = "mixed_6/conv";
    private static final String LOGITS = "softmax/logits/MatMul";
    private static final int SPATIAL_CHANNELS = 7;

    private InceptionNetwork() {}

    /**
     * Reads a frozen graph.
     *
     * @param input FLOAT32 or UINT8, the type of the images
     * @throws CheckpointException if the file is damaged or no graph of this form
     */
    public static OnnxModel read(Path file, ElementType input) {
        if (input != ElementType.FLOAT32 && input != ElementType.UINT8) {
            throw new IllegalArgumentException("Images are FLOAT32 or UINT8, not " + input + ".");
        }
        TensorFlowGraph source = TensorFlowGraph.read(file);
        try {
            return translate(source, input);
        } catch (TensorFlowGraphException e) {
            throw new CheckpointException(
                    file + " is not the Inception graph of 2015 (classify_image_graph_def.pb): " + e.getMessage() + ".",
                    e);
        }
    }

    private static OnnxModel translate(TensorFlowGraph source, ElementType input) {
        List.of(IMAGES, POOL, SPATIAL, LOGITS).forEach(source::node);
        GraphBuilder graph = new GraphBuilder();
        Value images =
                graph.input("pictures", input, GraphBuilder.BATCH, GraphBuilder.ANY_LENGTH, GraphBuilder.ANY_LENGTH, 3);
        TensorFlowTranslation translation = new TensorFlowTranslation(source, graph);
        translation.feed(IMAGES, images.cast(ElementType.FLOAT32).transpose(0, 3, 1, 2));
        List<Value> outputs = List.of(
                graph.named("pool_3", vectors(POOL, translation.value(POOL))),
                graph.named("spatial", vectors(SPATIAL, firstChannels(translation.value(SPATIAL)))),
                graph.named("probabilities", translation.value(LOGITS).softmax()));
        return OnnxModel.withWeights(graph, List.of(images), outputs, Map.of());
    }

    private static Value firstChannels(Value map) {
        if (map.rank() != 4 || map.dim(1) < SPATIAL_CHANNELS) {
            throw new TensorFlowGraphException(
                    "its node '" + SPATIAL + "' has no feature maps of at least " + SPATIAL_CHANNELS + " channels");
        }
        return map.slice(1, 0, SPATIAL_CHANNELS);
    }

    /** Each image's values in NHWC order, as one vector. */
    private static Value vectors(String name, Value map) {
        if (map.rank() != 4) {
            throw new TensorFlowGraphException("its node '" + name + "' has no feature maps");
        }
        boolean onePlace = map.dim(2) == 1 && map.dim(3) == 1;
        long length = map.dim(1) * map.dim(2) * map.dim(3);
        return (onePlace ? map : map.transpose(0, 2, 3, 1)).reshape(map.dim(0), length);
    }
}
