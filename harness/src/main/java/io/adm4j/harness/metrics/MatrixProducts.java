package io.adm4j.harness.metrics;

import ai.onnx.proto.OnnxMl;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.Tensor;
import java.util.Map;

/**
 * Products of matrices in double precision, computed by ONNX Runtime: it is there anyway, uses all cores, and is some
 * thirty times as fast as the reference BLAS or one in plain Java.
 *
 * <p>Matrices are float64 tensors of two dimensions. Several threads may use one object at once.
 */
public final class MatrixProducts implements AutoCloseable {
    private final OnnxSession ofRows;
    private final OnnxSession ofColumns;

    private MatrixProducts(OnnxSession ofRows, OnnxSession ofColumns) {
        this.ofRows = ofRows;
        this.ofColumns = ofColumns;
    }

    /**
     * @param threads threads to use; 0 for all cores
     */
    public static MatrixProducts open(int threads) {
        OnnxSession rows = OnnxSession.open(gemm(false, true), Device.CPU, threads);
        return new MatrixProducts(rows, OnnxSession.open(gemm(true, false), Device.CPU, threads));
    }

    /** {@code A Bᵀ}: all inner products of the rows of {@code a} [m, d] and {@code b} [n, d], as [m, n]. */
    Tensor ofRows(Tensor a, Tensor b) {
        return ofRows.run(Map.of("a", a, "b", b)).get("product");
    }

    /** {@code Aᵀ B}: all inner products of the columns of {@code a} [d, m] and {@code b} [d, n], as [m, n]. */
    Tensor ofColumns(Tensor a, Tensor b) {
        return ofColumns.run(Map.of("a", a, "b", b)).get("product");
    }

    private static byte[] gemm(boolean transposeA, boolean transposeB) {
        OnnxMl.NodeProto node = OnnxMl.NodeProto.newBuilder()
                .setOpType("Gemm")
                .addInput("a")
                .addInput("b")
                .addOutput("product")
                .addAttribute(flag("transA", transposeA))
                .addAttribute(flag("transB", transposeB))
                .build();
        OnnxMl.GraphProto graph = OnnxMl.GraphProto.newBuilder()
                .setName("product")
                .addNode(node)
                .addInput(matrix("a", "a_rows", "a_columns"))
                .addInput(matrix("b", "b_rows", "b_columns"))
                .addOutput(matrix("product", "rows", "columns"))
                .build();
        return OnnxMl.ModelProto.newBuilder()
                .setIrVersion(9)
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    private static OnnxMl.AttributeProto flag(String name, boolean value) {
        return OnnxMl.AttributeProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.AttributeProto.AttributeType.INT)
                .setI(value ? 1 : 0)
                .build();
    }

    private static OnnxMl.ValueInfoProto matrix(String name, String rows, String columns) {
        OnnxMl.TensorShapeProto shape = OnnxMl.TensorShapeProto.newBuilder()
                .addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam(rows))
                .addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam(columns))
                .build();
        OnnxMl.TypeProto.Tensor type = OnnxMl.TypeProto.Tensor.newBuilder()
                .setElemType(OnnxMl.TensorProto.DataType.DOUBLE.getNumber())
                .setShape(shape)
                .build();
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder().setTensorType(type))
                .build();
    }

    @Override
    public void close() {
        ofRows.close();
        ofColumns.close();
    }
}
