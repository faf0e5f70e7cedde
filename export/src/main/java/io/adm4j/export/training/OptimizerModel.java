package io.adm4j.export.training;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;

/**
 * The optimizer's graph in the form that ONNX Runtime's training API wants: inputs of fixed names, the parameters and
 * moments as sequences, one {@code AdamWOptimizer} node that updates them in place.
 */
final class OptimizerModel {
    private static final String MICROSOFT = "com.microsoft";

    private OptimizerModel() {}

    static ModelProto of(AdamW settings) {
        List<String> sequences = List.of("params", "gradients", "first_order_moments", "second_order_moments");
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("adamw")
                .addInput(vector("learning_rate", TensorProto.DataType.FLOAT_VALUE))
                .addInput(vector("step", TensorProto.DataType.INT64_VALUE))
                .addOutput(vector("updated", TensorProto.DataType.BOOL_VALUE));
        sequences.forEach(name -> graph.addInput(sequence(name)));
        graph.addNode(NodeProto.newBuilder()
                .setName("adamw")
                .setOpType("AdamWOptimizer")
                .setDomain(MICROSOFT)
                .addInput("learning_rate")
                .addInput("step")
                .addAllInput(sequences)
                .addOutput("updated")
                .addAttribute(real("alpha", settings.beta1()))
                .addAttribute(real("beta", settings.beta2()))
                .addAttribute(real("epsilon", settings.epsilon()))
                .addAttribute(real("weight_decay", settings.weightDecay()))
                // Mode 0 is PyTorch's AdamW, with bias correction; mode 1 differs.
                .addAttribute(integer("adam_mode", 0))
                .addAttribute(integer("correct_bias", 1)));
        return ModelProto.newBuilder()
                .setIrVersion(9)
                .setProducerName("adm4j")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1))
                .setGraph(graph)
                .build();
    }

    private static ValueInfoProto vector(String name, int type) {
        TensorShapeProto one = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(1))
                .build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(type).setShape(one)))
                .build();
    }

    private static ValueInfoProto sequence(String name) {
        TypeProto element = TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE))
                .build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setSequenceType(TypeProto.Sequence.newBuilder().setElemType(element)))
                .build();
    }

    private static AttributeProto real(String name, double value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF((float) value)
                .build();
    }

    private static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }
}
