package io.adm4j.harness.evaluation.features;

import ai.onnx.proto.OnnxMl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small feature networks for tests. */
public final class FeatureNetworks {
    private FeatureNetworks() {}

    /** Features and logits are the column means of the three channels: 3 x size values. */
    public static Path columnMeans(Path file, int size) throws IOException {
        return columnMeans(file, size, 3);
    }

    /** The same of any number of channels. */
    public static Path columnMeans(Path file, int size, int channels) throws IOException {
        return write(file, size, channels, OnnxMl.NodeProto.newBuilder().setOpType("Identity"));
    }

    /** As {@link #columnMeans}, but with the root of each value as logit: not a number for dark columns. */
    public static Path rootsOfColumnMeans(Path file, int size) throws IOException {
        return write(file, size, 3, OnnxMl.NodeProto.newBuilder().setOpType("Sqrt"));
    }

    /** As {@link #columnMeans}, without logits: an input and an only output of other names, of images of a height and width. */
    public static Path onlyFeatures(Path file, int height, int width) throws IOException {
        return write(
                file,
                OnnxMl.GraphProto.newBuilder()
                        .setName("features")
                        .addNode(mean("image", 2))
                        .addNode(OnnxMl.NodeProto.newBuilder()
                                .setOpType("Flatten")
                                .addInput("columns")
                                .addOutput("embedding"))
                        .addInput(value("image", -1, 3, height, width))
                        .addOutput(value("embedding", -1, 3L * width))
                        .build());
    }

    /** Of images of any size: the means of the three channels. */
    public static Path channelMeans(Path file) throws IOException {
        return write(
                file,
                OnnxMl.GraphProto.newBuilder()
                        .setName("features")
                        .addNode(mean("x", 2, 3))
                        .addNode(OnnxMl.NodeProto.newBuilder()
                                .setOpType("Flatten")
                                .addInput("columns")
                                .addOutput("features"))
                        .addInput(value("x", -1, 3, -1, -1))
                        .addOutput(value("features", -1, 3))
                        .build());
    }

    private static OnnxMl.NodeProto mean(String input, long... axes) {
        OnnxMl.AttributeProto.Builder attribute =
                OnnxMl.AttributeProto.newBuilder().setName("axes").setType(OnnxMl.AttributeProto.AttributeType.INTS);
        for (long axis : axes) {
            attribute.addInts(axis);
        }
        return OnnxMl.NodeProto.newBuilder()
                .setOpType("ReduceMean")
                .addInput(input)
                .addOutput("columns")
                .addAttribute(attribute)
                .build();
    }

    private static Path write(Path file, int size, int channels, OnnxMl.NodeProto.Builder last) throws IOException {
        OnnxMl.NodeProto flat = OnnxMl.NodeProto.newBuilder()
                .setOpType("Flatten")
                .addInput("columns")
                .addOutput("features")
                .build();
        OnnxMl.GraphProto graph = OnnxMl.GraphProto.newBuilder()
                .setName("features")
                .addNode(mean("x", 2))
                .addNode(flat)
                .addNode(last.addInput("features").addOutput("logits"))
                .addInput(value("x", -1, channels, size, size))
                .addOutput(value("features", -1, (long) channels * size))
                .addOutput(value("logits", -1, (long) channels * size))
                .build();
        return write(file, graph);
    }

    private static Path write(Path file, OnnxMl.GraphProto graph) throws IOException {
        return Files.write(
                file,
                OnnxMl.ModelProto.newBuilder()
                        .setIrVersion(9)
                        .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(17))
                        .setGraph(graph)
                        .build()
                        .toByteArray());
    }

    private static OnnxMl.ValueInfoProto value(String name, long... shape) {
        OnnxMl.TensorShapeProto.Builder dimensions = OnnxMl.TensorShapeProto.newBuilder();
        for (long d : shape) {
            dimensions.addDim(
                    d < 0
                            ? OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam("n" + dimensions.getDimCount())
                            : OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(d));
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(OnnxMl.TensorProto.DataType.FLOAT.getNumber())
                                .setShape(dimensions)))
                .build();
    }
}
