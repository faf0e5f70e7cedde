package io.adm4j.export.importer.torch;

import io.adm4j.export.importer.CheckpointException;
import io.adm4j.export.importer.torch.Pickled.Bytes;
import io.adm4j.export.importer.torch.Pickled.Dictionary;
import io.adm4j.export.importer.torch.Pickled.Inert;
import io.adm4j.export.importer.torch.Pickled.Name;
import io.adm4j.export.importer.torch.Pickled.None;
import io.adm4j.export.importer.torch.Pickled.NumpyArray;
import io.adm4j.export.importer.torch.Pickled.NumpyType;
import io.adm4j.export.importer.torch.Pickled.ScriptModule;
import io.adm4j.export.importer.torch.Pickled.Sequence;
import io.adm4j.export.importer.torch.Pickled.Storage;
import io.adm4j.export.importer.torch.Pickled.StorageName;
import io.adm4j.export.importer.torch.Pickled.TensorView;
import io.adm4j.export.importer.torch.Pickled.Tuple;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A pickle machine (protocols 2 to 5) that supports only what state dicts consist of, and NumPy arrays where they are asked for. Names
 * that a pickle asks for are looked up in a short fixed list, never loaded; what is called for a name builds a description, never an object of the
 * pickle's choice. Objects of all other classes, such as the settings beside the weights, become an {@link Inert} that holds
 * nothing. Memory and time are bounded: one byte of a pickle can ask for a hundred in memory, so that what it builds
 * is counted.
 */
public final class RestrictedUnpickler {
    private static final Object MARK = new Object();

    /** What NumPy's arrays are pickled with, before and since NumPy 2, and EDM's dicts. */
    private static final Map<String, Name> ARRAYS = Map.of(
            "numpy.ndarray", Name.NUMPY_ARRAY,
            "numpy.dtype", Name.NUMPY_TYPE,
            "numpy.core.multiarray._reconstruct", Name.NUMPY_RECONSTRUCT,
            "numpy._core.multiarray._reconstruct", Name.NUMPY_RECONSTRUCT,
            "numpy.core.numeric._frombuffer", Name.NUMPY_FROM_BUFFER,
            "numpy._core.numeric._frombuffer", Name.NUMPY_FROM_BUFFER,
            "_codecs.encode", Name.ENCODE,
            "dnnlib.util.EasyDict", Name.ORDERED_DICT);

    /** More than the number of dimensions of any tensor. */
    private static final int MAX_RANK = 16;

    /** Bytes that objects may take; a state dict of ten thousand tensors takes about 15 million. */
    private static final long MAX_MEMORY = 64L << 20;

    /** More than the thousand pairs that Python puts into a dict at once. */
    private static final int MAX_STACK = 1 << 17;

    /** Before the names of the classes that a TorchScript archive defines. */
    private static final String SCRIPT = "__torch__.";

    /** Storages are numbered. */
    private static final int LONGEST_KEY = 64;

    // Rough sizes of objects in memory.
    private static final int CONTAINER = 96;
    private static final int ENTRY = 64;
    private static final int TEXT = 56;
    private static final int NUMBER = 24;

    /** Bytes where arrays are read as well, whose elements PyTorch's pickles have as text. */
    private static final long MAX_ARRAY_MEMORY = 256L << 20;

    private final ByteBuffer in;
    private final boolean arrays;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();
    private final Map<String, Storage> storages = new HashMap<>();
    private long memory;

    /**
     * A machine for one pickle.
     *
     * @param in the bytes, little-endian; its position is moved to the end of the pickle
     */
    RestrictedUnpickler(ByteBuffer in) {
        this(in, false);
    }

    private RestrictedUnpickler(ByteBuffer in, boolean arrays) {
        this.in = in;
        this.arrays = arrays;
    }

    /**
     * The one object in a pickle.
     *
     * @throws CheckpointException if the pickle is damaged or asks for anything beyond state dicts
     */
    static Object load(byte[] pickle) {
        return new RestrictedUnpickler(ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN)).next();
    }

    /**
     * The one object in a pickle, with the NumPy arrays in it.
     *
     * @param pickle not modified while the arrays are used
     * @throws CheckpointException as {@link #load}
     */
    static Object loadArrays(byte[] pickle) {
        return new RestrictedUnpickler(ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN), true).next();
    }

    /**
     * Reads the pickle.
     *
     * @throws CheckpointException as {@link #load}
     */
    Object next() {
        try {
            return run();
        } catch (BufferUnderflowException e) {
            throw new CheckpointException("The checkpoint's pickle ends too early: the file is damaged.", e);
        }
    }

    /** The storages that the pickle named, by their keys. */
    Map<String, Storage> storages() {
        return Collections.unmodifiableMap(storages);
    }

    private Object run() {
        while (true) {
            int op = in.get() & 0xff;
            if (op == '.') {
                return pop();
            }
            step(op);
        }
    }

    private void step(int op) {
        switch (op) {
            case 0x80 -> protocol(in.get());
            case 0x95 -> in.getLong();
            case '(' -> push(MARK);
            case '0' -> pop();
            case '1' -> popToMark();
            case '2' -> push(top());
            case 'N' -> push(None.NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) (in.get() & 0xff), NUMBER);
            case 'M' -> push((long) (in.getShort() & 0xffff), NUMBER);
            case 'J' -> push((long) in.getInt(), NUMBER);
            case 0x8a -> push(longInteger(in.get() & 0xff), NUMBER);
            case 0x8b -> push(longInteger(in.getInt()), NUMBER);
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())), NUMBER);
            case 'X' -> push(text(in.getInt()));
            case 0x8c -> push(text(in.get() & 0xff));
            case 0x8d -> push(text(shortEnough(in.getLong())));
            case 'B' -> push(skipped(in.getInt()), CONTAINER);
            case 'C' -> push(skipped(in.get() & 0xff), CONTAINER);
            case 0x8e, 0x96 -> push(skipped(shortEnough(in.getLong())), CONTAINER);
            case 0x8f -> push(new Inert("set"), CONTAINER);
            case 0x90 -> addAll(popToMark());
            case 0x91 -> push(frozen(popToMark()), CONTAINER);
            case '}' -> push(new Dictionary(new LinkedHashMap<>()), CONTAINER);
            case ']' -> push(new Sequence(new ArrayList<>()), CONTAINER);
            case ')' -> push(new Tuple(List.of()), CONTAINER);
            case 't' -> push(new Tuple(popToMark()), CONTAINER);
            case 0x85 -> push(new Tuple(popLast(1)), CONTAINER);
            case 0x86 -> push(new Tuple(popLast(2)), CONTAINER);
            case 0x87 -> push(new Tuple(popLast(3)), CONTAINER);
            case 'a' -> append(popLast(1));
            case 'e' -> append(popToMark());
            case 's' -> put(popLast(2));
            case 'u' -> put(popToMark());
            case 'q' -> remember(in.get() & 0xff);
            case 'r' -> remember(in.getInt());
            case 0x94 -> remember(memo.size());
            case 'h' -> push(remembered(in.get() & 0xff));
            case 'j' -> push(remembered(in.getInt()));
            case 'c' -> push(global(line(), line()), CONTAINER);
            case 0x93 -> push(stackGlobal(popLast(2)), CONTAINER);
            case 'Q' -> push(storage(pop()), CONTAINER);
            case 'R' -> push(call(popLast(2)), CONTAINER);
            case 0x81 -> push(newObject(popLast(2)), CONTAINER);
            case 0x92 -> push(newObject(popLast(3)), CONTAINER);
            case 'b' -> attributes(popLast(2));
            default ->
                throw new CheckpointException(String.format(
                        "The checkpoint's pickle uses the operation 0x%02x, which no state dict needs: it is damaged or is no"
                                + " state dict.",
                        op));
        }
    }

    private static void protocol(int version) {
        if (version < 2 || version > 5) {
            throw new CheckpointException("The checkpoint's pickle has protocol " + version + "; 2 to 5 can be read.");
        }
    }

    // ---- stack ----

    private void push(Object value) {
        if (stack.size() == MAX_STACK) {
            throw new CheckpointException("The checkpoint's pickle stacks more than " + MAX_STACK
                    + " objects, which no state dict needs: it is damaged or is no state dict.");
        }
        stack.add(value);
    }

    /** Pushes an object that takes memory. */
    private void push(Object value, int bytes) {
        claim(bytes);
        push(value);
    }

    private void claim(int bytes) {
        memory += bytes;
        long most = arrays ? MAX_ARRAY_MEMORY : MAX_MEMORY;
        if (memory > most) {
            throw new CheckpointException("The checkpoint's pickle builds more than " + (most >> 20)
                    + " MiB of objects, which no state dict needs: it is damaged or is no state dict.");
        }
    }

    private void remember(int key) {
        claim(ENTRY);
        memo.put(key, top());
    }

    private Object top() {
        if (stack.isEmpty() || stack.get(stack.size() - 1) == MARK) {
            throw malformed();
        }
        return stack.get(stack.size() - 1);
    }

    private Object pop() {
        Object value = top();
        stack.remove(stack.size() - 1);
        return value;
    }

    private List<Object> popLast(int count) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(0, pop());
        }
        return values;
    }

    private List<Object> popToMark() {
        int mark = stack.lastIndexOf(MARK);
        if (mark < 0) {
            throw malformed();
        }
        List<Object> tail = stack.subList(mark, stack.size());
        List<Object> values = new ArrayList<>(tail.subList(1, tail.size()));
        tail.clear();
        return values;
    }

    private Object remembered(int key) {
        Object value = memo.get(key);
        if (value == null) {
            throw malformed();
        }
        return value;
    }

    // ---- literals ----

    /** A number, or something inert where it has more than 64 bits, as the seeds of generators have. */
    private Object longInteger(int bytes) {
        if (bytes < 0 || bytes > Long.BYTES) {
            return skipped(bytes);
        }
        byte[] b = bytes(bytes);
        long value = bytes > 0 && b[bytes - 1] < 0 ? -1 : 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | b[i] & 0xff;
        }
        return value;
    }

    private String text(int length) {
        byte[] bytes = bytes(length);
        claim(TEXT + 2 * length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() {
        int start = in.position();
        while (in.get() != '\n') {
            continue;
        }
        return new String(in.array(), start, in.position() - 1 - start, StandardCharsets.UTF_8);
    }

    private byte[] bytes(int length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] b = new byte[length];
        in.get(b);
        return b;
    }

    /** Bytes, of which no weight consists but the elements of an array do. */
    private Pickled skipped(int length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        int start = in.position();
        in.position(start + length);
        return arrays ? new Bytes(in.slice(start, length)) : new Inert("bytes");
    }

    private static int shortEnough(long length) {
        if (length < 0 || length > Integer.MAX_VALUE) {
            throw new BufferUnderflowException();
        }
        return (int) length;
    }

    // ---- containers ----

    private void append(List<Object> values) {
        if (top() instanceof Sequence list) {
            list.items().addAll(values);
        } else if (!(top() instanceof Inert)) {
            throw malformed();
        }
    }

    private void addAll(List<Object> values) {
        if (!(top() instanceof Inert)) {
            throw malformed();
        }
        values.clear();
    }

    private static Inert frozen(List<Object> values) {
        values.clear();
        return new Inert("frozenset");
    }

    private void put(List<Object> pairs) {
        if (pairs.size() % 2 != 0) {
            throw malformed();
        }
        if (top() instanceof Inert) {
            return;
        }
        if (!(top() instanceof Dictionary dictionary)) {
            throw malformed();
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            Object key = pairs.get(i);
            // Containers as keys could contain themselves, and their hash would never end; no tensor has such a name.
            if (key instanceof String || key instanceof Number || key instanceof Boolean) {
                claim(ENTRY + NUMBER);
                // As strings: numbers of several types with one hash would make the map slow.
                dictionary.entries().put(String.valueOf(key), pairs.get(i + 1));
            }
        }
    }

    // ---- names and calls ----

    private Pickled stackGlobal(List<Object> names) {
        if (names.get(0) instanceof String module && names.get(1) instanceof String name) {
            return global(module, name);
        }
        throw malformed();
    }

    private Pickled global(String module, String name) {
        String full = module + "." + name;
        switch (full) {
            case "collections.OrderedDict":
                return Name.ORDERED_DICT;
            case "torch._utils._rebuild_tensor_v2":
                return Name.REBUILD_TENSOR;
            case "torch._utils._rebuild_parameter":
                return Name.REBUILD_PARAMETER;
            default:
                if (arrays && ARRAYS.containsKey(full)) {
                    return ARRAYS.get(full);
                }
                if (module.equals("torch")) {
                    for (StorageType type : StorageType.values()) {
                        if (type.name().equals(name)) {
                            return new StorageName(type);
                        }
                    }
                }
                return inert(printable(full));
        }
    }

    private Inert inert(String name) {
        claim(TEXT + 2 * name.length());
        return new Inert(name);
    }

    private Object call(List<Object> functionAndArguments) {
        if (functionAndArguments.get(0) instanceof Inert unknown) {
            return unknown;
        }
        if (!(functionAndArguments.get(0) instanceof Name function)
                || !(functionAndArguments.get(1) instanceof Tuple arguments)) {
            throw malformed();
        }
        return switch (function) {
            case ORDERED_DICT -> orderedDict(arguments.items());
            case REBUILD_TENSOR -> tensor(arguments.items());
            case REBUILD_PARAMETER -> parameter(arguments.items());
            case NUMPY_RECONSTRUCT -> new NumpyArray();
            case NUMPY_FROM_BUFFER -> arrayOf(arguments.items());
            case NUMPY_TYPE -> numpyType(arguments.items());
            case ENCODE -> encoded(arguments.items());
            case NUMPY_ARRAY -> throw malformed();
        };
    }

    /** Arguments: bytes, type, shape, order. */
    private static NumpyArray arrayOf(List<Object> arguments) {
        if (arguments.size() == 4
                && arguments.get(0) instanceof Bytes content
                && arguments.get(1) instanceof NumpyType type
                && arguments.get(2) instanceof Tuple shape) {
            return filled(new NumpyArray(), integers(shape), type, "F".equals(arguments.get(3)), content);
        }
        throw malformed();
    }

    private static NumpyArray filled(
            NumpyArray array, long[] shape, NumpyType type, boolean fortranOrder, Bytes content) {
        array.shape = shape;
        array.type = type;
        array.fortranOrder = fortranOrder;
        array.content = content.content();
        return array;
    }

    /** Arguments: the type's name, and two flags. */
    private static NumpyType numpyType(List<Object> arguments) {
        if (!arguments.isEmpty() && arguments.get(0) instanceof String code) {
            return new NumpyType(code);
        }
        throw malformed();
    }

    /** Bytes as protocol 2 has them: the text of as many letters, and its encoding. */
    private Bytes encoded(List<Object> arguments) {
        if (arguments.size() == 2 && arguments.get(0) instanceof String text && "latin1".equals(arguments.get(1))) {
            claim(text.length());
            return new Bytes(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
        }
        throw malformed();
    }

    /** State of an array: version, shape, type, whether in Fortran order, and its elements. */
    private static void fill(NumpyArray array, Object state) {
        if (state instanceof Tuple parts
                && parts.items().size() == 5
                && parts.items().get(1) instanceof Tuple shape
                && parts.items().get(2) instanceof NumpyType type
                && parts.items().get(3) instanceof Boolean fortranOrder
                && parts.items().get(4) instanceof Bytes content) {
            filled(array, integers(shape), type, fortranOrder, content);
            return;
        }
        throw malformed();
    }

    private Object newObject(List<Object> classAndArguments) {
        if (arrays && classAndArguments.get(0) == Name.ORDERED_DICT) {
            return new Dictionary(new LinkedHashMap<>());
        }
        if (classAndArguments.get(0) instanceof Inert unknown) {
            return unknown.name().startsWith(SCRIPT) ? new ScriptModule(new LinkedHashMap<>()) : unknown;
        }
        throw malformed();
    }

    private static Dictionary orderedDict(List<Object> arguments) {
        if (!arguments.isEmpty()) {
            throw malformed();
        }
        return new Dictionary(new LinkedHashMap<>());
    }

    /** Arguments: storage, offset, shape, strides, requires_grad, hooks. */
    private static Pickled tensor(List<Object> arguments) {
        if (!arguments.isEmpty() && arguments.get(0) instanceof Inert unknown) {
            return unknown;
        }
        if (arguments.size() >= 4
                && arguments.get(0) instanceof Storage storage
                && arguments.get(1) instanceof Long offset
                && arguments.get(2) instanceof Tuple shape
                && arguments.get(3) instanceof Tuple strides) {
            return new TensorView(storage, offset, integers(shape), integers(strides));
        }
        throw malformed();
    }

    private static Pickled parameter(List<Object> arguments) {
        if (!arguments.isEmpty() && arguments.get(0) instanceof TensorView tensor) {
            return tensor;
        }
        if (!arguments.isEmpty() && arguments.get(0) instanceof Inert unknown) {
            return unknown;
        }
        throw malformed();
    }

    /** A persistent id: ("storage", storage class, key, device, number of elements), in old files also None. */
    private Pickled storage(Object id) {
        if (id instanceof Tuple unknown
                && unknown.items().size() > 1
                && unknown.items().get(1) instanceof Inert type) {
            return type;
        }
        if (id instanceof Tuple tuple
                && (tuple.items().size() == 5
                        || tuple.items().size() == 6 && tuple.items().get(5) == None.NONE)
                && "storage".equals(tuple.items().get(0))
                && tuple.items().get(1) instanceof StorageName name
                && tuple.items().get(2) instanceof String key
                && key.length() <= LONGEST_KEY
                && tuple.items().get(4) instanceof Long elements) {
            Storage storage = new Storage(name.type(), key, elements);
            claim(ENTRY);
            storages.put(key, storage);
            return storage;
        }
        throw malformed();
    }

    /**
     * Attributes of a state dict are its format's version numbers, which nothing here needs; those of others neither, but for
     * the modules of a TorchScript archive, whose attributes are their weights and inner modules.
     */
    private void attributes(List<Object> objectAndState) {
        Object object = objectAndState.get(0);
        if (object instanceof NumpyArray array) {
            fill(array, objectAndState.get(1));
            push(array);
            return;
        }
        if (object instanceof NumpyType type) {
            type.bigEndian = objectAndState.get(1) instanceof Tuple state
                    && state.items().contains(">");
            push(type);
            return;
        }
        if (object instanceof ScriptModule module && objectAndState.get(1) instanceof Dictionary state) {
            claim((ENTRY + NUMBER) * state.entries().size());
            module.attributes().putAll(state.entries());
        } else if (!(object instanceof Dictionary || object instanceof TensorView || object instanceof Inert)) {
            throw malformed();
        }
        push(object);
    }

    private static long[] integers(Tuple tuple) {
        if (tuple.items().size() > MAX_RANK || !tuple.items().stream().allMatch(Long.class::isInstance)) {
            throw malformed();
        }
        return tuple.items().stream().mapToLong(Long.class::cast).toArray();
    }

    /** The name shortened and without control characters, for messages. */
    public static String printable(String name) {
        int[] kept = name.codePoints()
                .filter(c -> !Character.isISOControl(c))
                .limit(100)
                .toArray();
        return new String(kept, 0, kept.length);
    }

    private static CheckpointException malformed() {
        return new CheckpointException("The checkpoint's pickle is malformed: it is damaged or is no state dict.");
    }
}
