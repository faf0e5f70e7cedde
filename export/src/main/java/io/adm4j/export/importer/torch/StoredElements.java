package io.adm4j.export.importer.torch;

import io.adm4j.export.importer.torch.Pickled.TensorView;
import io.adm4j.tensor.ElementType;
import io.adm4j.tensor.HalfFloat;
import io.adm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Converts elements of a storage to a tensor's order and type. */
final class StoredElements {
    private StoredElements() {}

    /**
     * The elements of a view in row-major order.
     *
     * @param first the element of the storage with which {@code bytes} begin
     */
    static Tensor gather(TensorView view, long first, ByteBuffer bytes) {
        StorageType type = view.storage().type();
        if (contiguous(view) && type != StorageType.BFloat16Storage) {
            return Tensor.wrap(type.readAs(), bytes, view.shape());
        }
        Tensor out = Tensor.zeros(type.readAs(), view.shape());
        ByteBuffer to = out.bytes();
        long[] shape = view.shape();
        long[] index = new long[shape.length];
        for (int i = 0; i < out.size(); i++) {
            long at = view.offset() - first;
            for (int axis = 0; axis < shape.length; axis++) {
                at += index[axis] * view.strides()[axis];
            }
            copy(type, bytes, (int) at, to);
            for (int axis = shape.length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) {
                index[axis] = 0;
            }
        }
        return out;
    }

    /** A float16 or float64 tensor as float32. */
    static Tensor toFloat32(Tensor tensor) {
        Tensor out = Tensor.zeros(ElementType.FLOAT32, tensor.shape());
        FloatBuffer to = out.floats();
        ByteBuffer from = tensor.bytes();
        while (to.hasRemaining()) {
            to.put(tensor.type() == ElementType.FLOAT64 ? (float) from.getDouble() : HalfFloat.value(from.getShort()));
        }
        return out;
    }

    private static void copy(StorageType type, ByteBuffer from, int at, ByteBuffer to) {
        switch (type) {
            case BFloat16Storage -> to.putInt(from.getShort(2 * at) << 16);
            case FloatStorage, IntStorage -> to.putInt(from.getInt(4 * at));
            case DoubleStorage, LongStorage -> to.putLong(from.getLong(8 * at));
            case HalfStorage, ShortStorage -> to.putShort(from.getShort(2 * at));
            case CharStorage, ByteStorage, BoolStorage -> to.put(from.get(at));
        }
    }

    private static boolean contiguous(TensorView view) {
        long expected = 1;
        for (int i = view.shape().length - 1; i >= 0; i--) {
            if (view.shape()[i] != 1 && view.strides()[i] != expected) {
                return false;
            }
            expected *= view.shape()[i];
        }
        return true;
    }
}
