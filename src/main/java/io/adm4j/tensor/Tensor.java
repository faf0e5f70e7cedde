package io.adm4j.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * A dense array of fixed shape and element type, in row-major (C) order, over a direct little-endian buffer.
 *
 * <p>The shape never changes; the elements can be written through the views that {@link #floats()} and its siblings
 * return, which share the memory of the tensor. A tensor of shape {@code []} is a scalar and has one element.
 */
public final class Tensor {
    /** Elements that are checked at once, few enough for the first-level cache. */
    private static final int FINITE_BLOCK = 4096;

    /** The lowest exponent bit of a float32. */
    private static final int SMALLEST_NORMAL = 0x0080_0000;

    private final ElementType type;
    private final long[] shape;
    private final ByteBuffer data;

    private Tensor(ElementType type, long[] shape, ByteBuffer data) {
        this.type = type;
        this.shape = shape;
        this.data = data;
    }

    /**
     * A tensor of zeros.
     *
     * @throws IllegalArgumentException if a dimension is negative or the tensor would exceed 2 GiB
     */
    public static Tensor zeros(ElementType type, long... shape) {
        long bytes = Math.multiplyExact(elements(shape), (long) type.bytes());
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("A tensor of shape " + Arrays.toString(shape) + " would take " + bytes
                    + " bytes; one tensor holds at most " + Integer.MAX_VALUE + ".");
        }
        ByteBuffer data = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
        return new Tensor(type, shape.clone(), data);
    }

    /**
     * A tensor over existing memory, without a copy when {@code data} is direct.
     *
     * @param data remaining bytes are the elements, little-endian; position and limit are not modified
     * @throws IllegalArgumentException if the number of bytes does not fit the shape
     */
    public static Tensor wrap(ElementType type, ByteBuffer data, long... shape) {
        long bytes = elements(shape) * type.bytes();
        if (data.remaining() != bytes) {
            throw new IllegalArgumentException("Shape " + Arrays.toString(shape) + " of " + type + " takes " + bytes
                    + " bytes, but " + data.remaining() + " were given.");
        }
        ByteBuffer memory;
        if (data.isDirect()) {
            memory = data.slice();
        } else {
            memory = ByteBuffer.allocateDirect(data.remaining());
            memory.put(data.duplicate()).flip();
        }
        return new Tensor(type, shape.clone(), memory.order(ByteOrder.LITTLE_ENDIAN));
    }

    /**
     * A copy of {@code values} as float32.
     *
     * @throws IllegalArgumentException if their number does not fit the shape
     */
    public static Tensor of(float[] values, long... shape) {
        Tensor t = sized(ElementType.FLOAT32, values.length, shape);
        t.floats().put(values);
        return t;
    }

    /**
     * A copy of {@code values} as float64.
     *
     * @throws IllegalArgumentException if their number does not fit the shape
     */
    public static Tensor of(double[] values, long... shape) {
        Tensor t = sized(ElementType.FLOAT64, values.length, shape);
        t.doubles().put(values);
        return t;
    }

    /**
     * A copy of {@code values} as int64.
     *
     * @throws IllegalArgumentException if their number does not fit the shape
     */
    public static Tensor of(long[] values, long... shape) {
        Tensor t = sized(ElementType.INT64, values.length, shape);
        t.longs().put(values);
        return t;
    }

    /**
     * A copy of {@code values} as uint8.
     *
     * @throws IllegalArgumentException if their number does not fit the shape
     */
    public static Tensor of(byte[] values, long... shape) {
        Tensor t = sized(ElementType.UINT8, values.length, shape);
        t.bytes().put(values);
        return t;
    }

    private static Tensor sized(ElementType type, int length, long[] shape) {
        if (elements(shape) != length) {
            throw new IllegalArgumentException("Shape " + Arrays.toString(shape) + " has " + elements(shape)
                    + " elements, but " + length + " were given.");
        }
        return zeros(type, shape);
    }

    /** Type of the elements. */
    public ElementType type() {
        return type;
    }

    /** The shape; a copy. */
    public long[] shape() {
        return shape.clone();
    }

    /** Number of dimensions. */
    public int rank() {
        return shape.length;
    }

    /**
     * Length along one dimension.
     *
     * @param axis from 0 to rank-1
     */
    public long dim(int axis) {
        return shape[axis];
    }

    /** Number of elements. */
    public int size() {
        return data.capacity() / type.bytes();
    }

    /** The memory as bytes, little-endian, from position 0; shared. */
    public ByteBuffer bytes() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The memory as float32, from position 0; shared.
     *
     * @throws IllegalStateException if the elements have another type
     */
    public FloatBuffer floats() {
        require(ElementType.FLOAT32);
        return bytes().asFloatBuffer();
    }

    /**
     * The memory as float64, from position 0; shared.
     *
     * @throws IllegalStateException if the elements have another type
     */
    public DoubleBuffer doubles() {
        require(ElementType.FLOAT64);
        return bytes().asDoubleBuffer();
    }

    /**
     * The memory as int64, from position 0; shared.
     *
     * @throws IllegalStateException if the elements have another type
     */
    public LongBuffer longs() {
        require(ElementType.INT64);
        return bytes().asLongBuffer();
    }

    /**
     * The memory as int32, from position 0; shared.
     *
     * @throws IllegalStateException if the elements have another type
     */
    public IntBuffer ints() {
        require(ElementType.INT32);
        return bytes().asIntBuffer();
    }

    /** The same elements in memory of their own. */
    public Tensor copy() {
        Tensor copy = zeros(type, shape);
        copy.bytes().put(bytes());
        return copy;
    }

    /**
     * Sets all elements of a float32 tensor.
     *
     * @throws IllegalStateException if the elements are not float32
     */
    public void fill(float value) {
        FloatBuffer elements = floats();
        while (elements.hasRemaining()) {
            elements.put(value);
        }
    }

    /** A copy of the elements of a float32 tensor. */
    public float[] toFloatArray() {
        float[] values = new float[size()];
        floats().get(values);
        return values;
    }

    /**
     * Where the first infinite or NaN element is, in row-major order.
     *
     * @return its index, empty if all elements are finite
     * @throws IllegalStateException if the elements are not float32
     */
    public OptionalInt firstNonFinite() {
        require(ElementType.FLOAT32);
        IntBuffer bits = bytes().asIntBuffer();
        int[] block = new int[Math.min(size(), FINITE_BLOCK)];
        for (int from = 0; from < size(); from += block.length) {
            int length = Math.min(block.length, size() - from);
            bits.get(block, 0, length);
            // Only with all exponent bits set does the sum reach the sign bit; no branch, so the JVM vectorizes the
            // loop.
            int any = 0;
            for (int i = 0; i < length; i++) {
                any |= (block[i] & Integer.MAX_VALUE) + SMALLEST_NORMAL;
            }
            if (any < 0) {
                int i = 0;
                while (Float.isFinite(Float.intBitsToFloat(block[i]))) {
                    i++;
                }
                return OptionalInt.of(from + i);
            }
        }
        return OptionalInt.empty();
    }

    /** A copy of the elements of an int64 tensor. */
    public long[] toLongArray() {
        long[] values = new long[size()];
        longs().get(values);
        return values;
    }

    /** A copy of the elements of a float64 tensor. */
    public double[] toDoubleArray() {
        double[] values = new double[size()];
        doubles().get(values);
        return values;
    }

    /** A copy of the memory as bytes, little-endian: for one-byte types the elements. */
    public byte[] toByteArray() {
        byte[] values = new byte[data.capacity()];
        bytes().get(values);
        return values;
    }

    /**
     * The same memory under another shape; shared.
     *
     * @throws IllegalArgumentException if the new shape has another number of elements
     */
    public Tensor reshape(long... newShape) {
        return wrap(type, data.duplicate().clear(), newShape);
    }

    /**
     * Rows {@code from} (inclusive) to {@code to} (exclusive) along the first dimension; shared.
     *
     * @throws IllegalArgumentException if the tensor is a scalar or has no such rows
     */
    public Tensor rows(long from, long to) {
        if (shape.length == 0 || from < 0 || to < from || to > shape[0]) {
            throw new IllegalArgumentException(
                    "Rows " + from + " to " + to + " are not within a tensor of shape " + Arrays.toString(shape) + ".");
        }
        long[] part = shape.clone();
        part[0] = to - from;
        int rowBytes = shape[0] == 0 ? 0 : (int) (data.capacity() / shape[0]);
        ByteBuffer window = data.duplicate();
        window.limit((int) to * rowBytes).position((int) from * rowBytes);
        return wrap(type, window, part);
    }

    private void require(ElementType wanted) {
        if (type != wanted) {
            throw new IllegalStateException("This tensor holds " + type + ", not " + wanted + ".");
        }
    }

    /**
     * Product of the dimensions; 1 for the shape of a scalar.
     *
     * @throws IllegalArgumentException if a dimension is negative
     * @throws ArithmeticException if the product exceeds a {@code long}
     */
    public static long elements(long... shape) {
        long n = 1;
        for (long d : shape) {
            if (d < 0) {
                throw new IllegalArgumentException("Shape " + Arrays.toString(shape) + " has a negative dimension.");
            }
            n = Math.multiplyExact(n, d);
        }
        return n;
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape);
    }
}
