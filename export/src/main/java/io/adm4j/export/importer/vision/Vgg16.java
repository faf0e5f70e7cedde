package io.adm4j.export.importer.vision;

import io.adm4j.export.graph.GraphBuilder;
import io.adm4j.export.graph.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * VGG16 (Simonyan and Zisserman, 2015) with torchvision's weights. Its features are the second fully connected layer's after ReLU,
 * on which improved precision and recall (Kynkäänniemi et al., 2019) are defined. Images are resized and normalized as
 * torch-fidelity does for these weights: TensorFlow 1's bilinear filter to 224x224, ImageNet's colors.
 */
final class Vgg16 {
    private static final int SIZE = 224;
    private static final Preprocessing PREPROCESSING =
            new Preprocessing(SIZE, "tf1", Preprocessing.Normalization.imageNet());

    /** Numbers of the convolutions in torchvision's list of layers; after the last of each row the image is halved. */
    private static final int[][] CONVOLUTIONS = {{0, 2}, {5, 7}, {10, 12, 14}, {17, 19, 21}, {24, 26, 28}};

    private final GraphBuilder graph = new GraphBuilder();
    private final Shapes shapes;

    private Vgg16(Shapes shapes) {
        this.shapes = shapes;
    }

    /**
     * The network of these tensors.
     *
     * @return empty if they are not VGG16's
     * @throws IllegalArgumentException if their shapes do not fit one another
     */
    static Optional<VisionNetwork> in(Map<String, List<Long>> tensors) {
        Shapes shapes = new Shapes(tensors);
        boolean known = shapes.has("classifier.3.weight") && shapes.count("features.%d.weight") == 1;
        for (int[] row : CONVOLUTIONS) {
            for (int number : row) {
                known &= shapes.has("features." + number + ".weight");
            }
        }
        return known ? Optional.of(new Vgg16(shapes).network()) : Optional.empty();
    }

    private VisionNetwork network() {
        Value h = PREPROCESSING.input(graph);
        for (int[] row : CONVOLUTIONS) {
            for (int number : row) {
                String name = "features." + number;
                long out = shapes.dim(name + ".weight", 0);
                Value kernels = Transformer.parameter(graph, name + ".weight", out, h.dim(1), 3, 3);
                h = h.conv(kernels, Transformer.parameter(graph, name + ".bias", out), 1, 1)
                        .relu();
            }
            h = halved(h);
        }
        h = h.reshape(GraphBuilder.BATCH, h.dim(1) * h.dim(2) * h.dim(3));
        h = connected("classifier.0", h).relu();
        return VisionNetwork.of(
                "VGG16 fc2", PREPROCESSING, graph, connected("classifier.3", h).relu());
    }

    private Value connected(String name, Value x) {
        long out = shapes.dim(name + ".weight", 0);
        return x.linear(
                Transformer.parameter(graph, name + ".weight", out, x.dim(1)),
                Transformer.parameter(graph, name + ".bias", out));
    }

    private Value halved(Value x) {
        return graph.node(
                "MaxPool",
                "",
                List.of(x),
                Map.of("kernel_shape", new long[] {2, 2}, "strides", new long[] {2, 2}),
                x.type(),
                x.dim(0),
                x.dim(1),
                x.dim(2) / 2,
                x.dim(3) / 2);
    }
}
