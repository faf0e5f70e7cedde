package io.adm4j.tensor;

/** Element types that arrays on disk, tensors in memory and ONNX graphs share. */
public enum ElementType {
    FLOAT32(4),
    FLOAT64(8),
    FLOAT16(2),
    INT64(8),
    INT32(4),
    INT16(2),
    INT8(1),
    UINT8(1),
    BOOL(1);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }
}
