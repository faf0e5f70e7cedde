package io.adm4j.harness.evaluation.linalg;

import ai.onnx.proto.OnnxMl;
import io.adm4j.runtime.Device;
import io.adm4j.runtime.OnnxSession;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.Tensor;
import java.util.Map;

/**
 * Products of matrices, computed by ONNX Runtime: it is there anyway, uses all cores, and is some thirty times as fast as
 * the reference BLAS or one in plain Java.
 *
 * <p>Matrices are tensors of two dimensions, float64 or (where said) float32. Several threads may use one object at once.
 */
public final class MatrixProducts implements AutoCloseable {
    /** What {@link #ofIntegers} takes off the elements of its first matrix. */
    public static final int ZERO_POINT = 64;

    private final OnnxSession ofRows;
    private final OnnxSession ofColumns;
    private final OnnxSession plain;
    private final OnnxSession ofRows32;
    private final OnnxSession ofIntegers;
    private final int threads;

    private MatrixProducts(
            OnnxSession ofRows,
            OnnxSession ofColumns,
            OnnxSession plain,
            OnnxSession ofRows32,
            OnnxSession ofIntegers,
            int threads) {
        this.ofRows = ofRows;
        this.ofColumns = ofColumns;
        this.plain = plain;
        this.ofRows32 = ofRows32;
        this.ofIntegers = ofIntegers;
        this.threads = threads;
    }

    /**
     * @param threads threads to use; 0 for all cores
     */
    public static MatrixProducts open(int threads) {
        OnnxMl.TensorProto.DataType wide = OnnxMl.TensorProto.DataType.DOUBLE;
        return new MatrixProducts(
                OnnxSession.open(gemm(false, true, wide), Device.CPU, threads),
                OnnxSession.open(gemm(true, false, wide), Device.CPU, threads),
                OnnxSession.open(gemm(false, false, wide), Device.CPU, threads),
                OnnxSession.open(gemm(false, true, OnnxMl.TensorProto.DataType.FLOAT), Device.CPU, threads),
                OnnxSession.open(integerProduct(), Device.CPU, 1),
                threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
    }

    /** Threads that products are to use. */
    public int threads() {
        return threads;
    }

    /** {@code A B} of {@code a} [m, d] and {@code b} [d, n], as [m, n]. */
    public Tensor of(Tensor a, Tensor b) {
        return product(plain, a, b, a.dim(0), b.dim(1));
    }

    /** {@code A B} into memory that is there: {@code product} [m, n] is overwritten. */
    public void of(Tensor a, Tensor b, Tensor product) {
        plain.runInto(Map.of("a", a, "b", b), Map.of("product", product));
    }

    /** {@code A Bᵀ}: all inner products of the rows of {@code a} [m, d] and {@code b} [n, d], as [m, n]. */
    public Tensor ofRows(Tensor a, Tensor b) {
        return product(ofRows, a, b, a.dim(0), b.dim(0));
    }

    /** {@code A Bᵀ} into memory that is there, all of float64 or all of float32: {@code product} [m, n] is overwritten. */
    public void ofRows(Tensor a, Tensor b, Tensor product) {
        (a.type() == ElementType.FLOAT32 ? ofRows32 : ofRows)
                .runInto(Map.of("a", a, "b", b), Map.of("product", product));
    }

    /** {@code Aᵀ B}: all inner products of the columns of {@code a} [d, m] and {@code b} [d, n], as [m, n]. */
    public Tensor ofColumns(Tensor a, Tensor b) {
        return product(ofColumns, a, b, a.dim(1), b.dim(1));
    }

    /** {@code Aᵀ B} into memory that is there: {@code product} [m, n] is overwritten. */
    public void ofColumns(Tensor a, Tensor b, Tensor product) {
        ofColumns.runInto(Map.of("a", a, "b", b), Map.of("product", product));
    }

    /**
     * {@code (A - }{@link #ZERO_POINT}{@code ) B} on the calling thread, into memory that is there: uint8 {@code a} [m, d], int8 {@code b} [d, n] and
     * int32 {@code product} [m, n], which is overwritten.
     */
    public void ofIntegers(Tensor a, Tensor b, Tensor product) {
        ofIntegers.runInto(Map.of("a", a, "b", b), Map.of("product", product));
    }

    private static Tensor product(OnnxSession session, Tensor a, Tensor b, long rows, long columns) {
        Tensor product = Tensor.zeros(ElementType.FLOAT64, rows, columns);
        session.runInto(Map.of("a", a, "b", b), Map.of("product", product));
        return product;
    }

    private static byte[] gemm(boolean transposeA, boolean transposeB, OnnxMl.TensorProto.DataType type) {
        OnnxMl.NodeProto node = OnnxMl.NodeProto.newBuilder()
                .setOpType("Gemm")
                .addInput("a")
                .addInput("b")
                .addOutput("product")
                .addAttribute(flag("transA", transposeA))
                .addAttribute(flag("transB", transposeB))
                .build();
        return model(OnnxMl.GraphProto.newBuilder()
                .addNode(node)
                .addInput(matrix("a", "a_rows", "a_columns", type))
                .addInput(matrix("b", "b_rows", "b_columns", type))
                .addOutput(matrix("product", "rows", "columns", type)));
    }

    private static byte[] integerProduct() {
        return model(OnnxMl.GraphProto.newBuilder()
                .addInitializer(OnnxMl.TensorProto.newBuilder()
                        .setName("zero")
                        .setDataType(OnnxMl.TensorProto.DataType.UINT8_VALUE)
                        .addInt32Data(ZERO_POINT))
                .addNode(OnnxMl.NodeProto.newBuilder()
                        .setOpType("MatMulInteger")
                        .addInput("a")
                        .addInput("b")
                        .addInput("zero")
                        .addOutput("product"))
                .addInput(matrix("a", "rows", "inner", OnnxMl.TensorProto.DataType.UINT8))
                .addInput(matrix("b", "inner", "columns", OnnxMl.TensorProto.DataType.INT8))
                .addOutput(matrix("product", "rows", "columns", OnnxMl.TensorProto.DataType.INT32)));
    }

    private static byte[] model(OnnxMl.GraphProto.Builder graph) {
        return OnnxMl.ModelProto.newBuilder()
                .setIrVersion(9)
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph.setName("product"))
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

    private static OnnxMl.ValueInfoProto matrix(
            String name, String rows, String columns, OnnxMl.TensorProto.DataType elements) {
        OnnxMl.TensorShapeProto shape = OnnxMl.TensorShapeProto.newBuilder()
                .addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam(rows))
                .addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam(columns))
                .build();
        OnnxMl.TypeProto.Tensor type = OnnxMl.TypeProto.Tensor.newBuilder()
                .setElemType(elements.getNumber())
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
        plain.close();
        ofRows32.close();
        ofIntegers.close();
    }
}
