package io.adm4j.export.importer.torch;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** The objects that a checkpoint's pickle can hold; none runs code. Strings and numbers are plain Java objects. */
sealed interface Pickled {

    /** Python's None. */
    enum None implements Pickled {
        NONE
    }

    /** A function or class that a pickle may name. */
    enum Name implements Pickled {
        ORDERED_DICT,
        REBUILD_TENSOR,
        REBUILD_PARAMETER,
        NUMPY_ARRAY,
        NUMPY_RECONSTRUCT,
        NUMPY_FROM_BUFFER,
        NUMPY_TYPE,
        ENCODE
    }

    /** Bytes, which are the elements of NumPy arrays. */
    record Bytes(ByteBuffer content) implements Pickled {}

    /** A NumPy type: complete once its state was read. */
    final class NumpyType implements Pickled {
        /** Kind and width, such as "f8". */
        final String code;

        boolean bigEndian;

        NumpyType(String code) {
            this.code = code;
        }
    }

    /** A NumPy array: complete once its state was read. */
    final class NumpyArray implements Pickled {
        long[] shape = {};
        NumpyType type = new NumpyType("");
        boolean fortranOrder;
        ByteBuffer content = ByteBuffer.allocate(0);
    }

    /**
     * A class or function that is not known, or an object of it: nothing is built, and what it consists of is dropped.
     *
     * @param name for messages
     */
    record Inert(String name) implements Pickled {}

    /**
     * A module of a TorchScript archive; its attributes are tensors, other modules and values of no interest.
     *
     * @param attributes grows while the pickle is read
     */
    record ScriptModule(Map<String, Object> attributes) implements Pickled {}

    /** A storage class that a pickle may name. */
    record StorageName(StorageType type) implements Pickled {}

    record Tuple(List<Object> items) implements Pickled {}

    /** A list; grows while the pickle is read. */
    record Sequence(List<Object> items) implements Pickled {}

    /** A dict or OrderedDict; grows while the pickle is read. Keys are strings; numbers and booleans are converted to them. */
    record Dictionary(Map<String, Object> entries) implements Pickled {}

    /**
     * A block of elements in the archive.
     *
     * @param elements their number
     */
    record Storage(StorageType type, String key, long elements) implements Pickled {}

    /** A view of a storage; offset and strides count elements. */
    record TensorView(Storage storage, long offset, long[] shape, long[] strides) implements Pickled {}
}
