package io.adm4j.export.importer.torch;

import io.adm4j.tensor.ElementType;

/** The typed storages of PyTorch that a checkpoint may hold. */
enum StorageType {
    FloatStorage(ElementType.FLOAT32, 4),
    DoubleStorage(ElementType.FLOAT64, 8),
    HalfStorage(ElementType.FLOAT16, 2),
    BFloat16Storage(ElementType.FLOAT32, 2),
    LongStorage(ElementType.INT64, 8),
    IntStorage(ElementType.INT32, 4),
    ShortStorage(ElementType.INT16, 2),
    CharStorage(ElementType.INT8, 1),
    ByteStorage(ElementType.UINT8, 1),
    BoolStorage(ElementType.BOOL, 1);

    private final ElementType readAs;
    private final int bytes;

    StorageType(ElementType readAs, int bytes) {
        this.readAs = readAs;
        this.bytes = bytes;
    }

    /** The element type of tensors read from it; bfloat16 widens to float32, which holds all its values. */
    ElementType readAs() {
        return readAs;
    }

    /** Size of one element in the file. */
    int bytes() {
        return bytes;
    }
}
