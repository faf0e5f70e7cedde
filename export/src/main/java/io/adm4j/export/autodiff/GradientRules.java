package io.adm4j.export.autodiff;

import static java.util.Map.entry;

import io.adm4j.export.graph.Node;
import java.util.Map;
import java.util.Set;

/** The rule of every operator that {@link io.adm4j.export.graph.Value} can emit and that has a derivative. */
final class GradientRules {
    private static final Map<String, GradientRule> BY_OPERATOR = Map.ofEntries(
            entry("Add", ArithmeticRules::add),
            entry("Sub", ArithmeticRules::sub),
            entry("Mul", ArithmeticRules::mul),
            entry("Div", ArithmeticRules::div),
            entry("Neg", ArithmeticRules::neg),
            entry("Reciprocal", ArithmeticRules::reciprocal),
            entry("Max", ArithmeticRules::max),
            entry("Where", ArithmeticRules::where),
            entry("Cast", ArithmeticRules::cast),
            entry("Identity", ArithmeticRules::identity),
            entry("Exp", FunctionRules::exp),
            entry("Log", FunctionRules::log),
            entry("Sqrt", FunctionRules::sqrt),
            entry("Sin", FunctionRules::sin),
            entry("Cos", FunctionRules::cos),
            entry("Tanh", FunctionRules::tanh),
            entry("Sigmoid", FunctionRules::sigmoid),
            entry("Relu", FunctionRules::relu),
            entry("com.microsoft.QuickGelu", FunctionRules::quickGelu),
            entry("Softmax", FunctionRules::softmax),
            entry("LogSoftmax", FunctionRules::logSoftmax),
            entry("Reshape", ShapeRules::reshape),
            entry("Transpose", ShapeRules::transpose),
            entry("Split", ShapeRules::split),
            entry("Concat", ShapeRules::concat),
            entry("Slice", ShapeRules::slice),
            entry("Pad", ShapeRules::pad),
            entry("Expand", ShapeRules::expand),
            entry("ReduceSum", ReductionRules::sum),
            entry("ReduceMean", ReductionRules::mean),
            entry("InstanceNormalization", ReductionRules::instanceNormalization),
            entry("MatMul", MatrixRules::matmul),
            entry("com.microsoft.FusedMatMul", MatrixRules::matmul),
            entry("com.microsoft.MultiHeadAttention", AttentionRule::apply),
            entry("Gemm", MatrixRules::gemm),
            entry("Gather", MatrixRules::gather),
            entry("Conv", ConvolutionRule::apply),
            entry("AveragePool", ResizeRules::averagePool),
            entry("Resize", ResizeRules::resize));

    private GradientRules() {}

    /**
     * The rule for a node.
     *
     * @throws UnsupportedOperationException if its operator has none
     */
    static GradientRule of(Node node) {
        GradientRule rule = BY_OPERATOR.get(name(node));
        if (rule == null) {
            throw new UnsupportedOperationException("There is no gradient rule for the operator " + name(node)
                    + ", which computes '" + node.output().name() + "'.");
        }
        return rule;
    }

    /** The operator of a node with its domain. */
    static String name(Node node) {
        return node.domain().isEmpty() ? node.op() : node.domain() + "." + node.op();
    }

    /** Names of the operators that have a rule. */
    static Set<String> operators() {
        return BY_OPERATOR.keySet();
    }
}
