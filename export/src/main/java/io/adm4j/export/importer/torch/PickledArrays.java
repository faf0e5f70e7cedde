package io.adm4j.export.importer.torch;

import io.adm4j.export.importer.CheckpointException;
import io.adm4j.export.importer.torch.Pickled.Dictionary;
import io.adm4j.export.importer.torch.Pickled.NumpyArray;
import io.adm4j.io.CheckedZip;
import io.adm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The NumPy arrays and the whole numbers in a dict that Python's {@code pickle.dump} or {@code torch.save} wrote, also in dicts within
 * it. A name consists of the keys that lead there, with {@code /} between them.
 *
 * <p>The file is not trusted, as in {@link TorchCheckpoint}.
 */
public final class PickledArrays {
    private static final String PICKLE = "data.pkl";
    private static final int MAX_BYTES = 128 << 20;
    private static final int DEEPEST = 4;
    private static final int MOST = 10_000;

    private final Path file;
    private final Map<String, NumpyArray> arrays = new LinkedHashMap<>();
    private final Map<String, Long> numbers = new LinkedHashMap<>();
    private int visited;

    private PickledArrays(Path file, Object root) {
        this.file = file;
        if (!(root instanceof Dictionary all)) {
            throw new CheckpointException(file + " holds no dict of arrays.");
        }
        visit("", all, 1);
    }

    /** Whether a file is a pickle or an archive of one, by its first bytes; false if it cannot be read. */
    public static boolean is(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(2);
            if (start.length < 2) {
                return false;
            }
            return (start[0] & 0xff) == 0x80 && start[1] >= 2 && start[1] <= 5
                    || start[0] == 'P' && start[1] == 'K' && isArchive(file);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isArchive(Path file) {
        try (ZipFile zip = CheckedZip.open(file)) {
            return zip.stream().anyMatch(PickledArrays::isPickle);
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private static boolean isPickle(ZipEntry entry) {
        return entry.getName().equals(PICKLE) || entry.getName().endsWith("/" + PICKLE);
    }

    /**
     * Reads a file.
     *
     * @throws CheckpointException if it is damaged, holds no dict, or asks for anything beyond arrays and state dicts
     */
    public static PickledArrays read(Path file) {
        try {
            return new PickledArrays(file, RestrictedUnpickler.loadArrays(pickle(file)));
        } catch (CheckpointException e) {
            throw new CheckpointException("The arrays in " + file + " could not be read: " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            throw new CheckpointException(
                    "The arrays in " + file + " could not be read: " + e.getMessage() + "; fetch or write it again.",
                    e);
        }
    }

    private static byte[] pickle(Path file) throws IOException {
        try (InputStream start = Files.newInputStream(file)) {
            if (start.read() != 'P') {
                requireFew(Files.size(file));
                return Files.readAllBytes(file);
            }
        }
        try (ZipFile zip = CheckedZip.open(file)) {
            ZipEntry entry = zip.stream()
                    .filter(PickledArrays::isPickle)
                    .findFirst()
                    .orElseThrow(() -> new CheckpointException("it has no " + PICKLE + "."));
            // PyTorch compresses nothing, so that this could only be a decompression bomb.
            if (entry.getMethod() != ZipEntry.STORED) {
                throw new CheckpointException("its " + PICKLE + " is compressed, which PyTorch does not write.");
            }
            requireFew(entry.getSize());
            try (InputStream in = zip.getInputStream(entry)) {
                return in.readNBytes((int) entry.getSize());
            }
        }
    }

    private static void requireFew(long bytes) {
        if (bytes < 0 || bytes > MAX_BYTES) {
            throw new CheckpointException("a pickle of " + bytes + " bytes is more than " + MAX_BYTES
                    + ": write the arrays alone with numpy.savez.");
        }
    }

    private void visit(String before, Dictionary dict, int depth) {
        for (Map.Entry<String, Object> entry : dict.entries().entrySet()) {
            if (++visited > MOST) {
                throw new CheckpointException("it has more than " + MOST + " entries, which no statistics need.");
            }
            String name = before + entry.getKey();
            Object value = entry.getValue();
            if (value instanceof NumpyArray array) {
                arrays.put(name, array);
            } else if (value instanceof Long number) {
                numbers.put(name, number);
            } else if (value instanceof Dictionary inner && depth < DEEPEST) {
                visit(name + "/", inner, depth + 1);
            }
        }
    }

    /** Names of the arrays. */
    public Set<String> names() {
        return arrays.keySet();
    }

    /** A whole number, if there is one of this name. */
    public Optional<Long> number(String name) {
        return Optional.ofNullable(numbers.get(name));
    }

    /** The shape of an array. */
    public long[] shape(String name) {
        return array(name).shape.clone();
    }

    /**
     * The elements of an array.
     *
     * @return float64, in row-major order
     * @throws CheckpointException if they are no floating-point numbers, or not as many as the shape says
     */
    public Tensor read(String name) {
        NumpyArray array = array(name);
        int width = switch (array.type.code) {
            case "f4" -> 4;
            case "f8" -> 8;
            default ->
                throw new CheckpointException("The array " + RestrictedUnpickler.printable(name) + " in " + file
                        + " is " + RestrictedUnpickler.printable(array.type.code)
                        + ": floating-point numbers of 4 or 8 bytes are needed.");
        };
        long elements = 1;
        for (long dimension : array.shape) {
            boolean fits = dimension >= 0 && dimension <= MAX_BYTES && elements * dimension <= MAX_BYTES;
            elements = fits ? elements * dimension : -1;
            if (!fits) {
                break;
            }
        }
        if (elements < 0 || elements * width != array.content.capacity()) {
            throw new CheckpointException("The array " + RestrictedUnpickler.printable(name) + " in " + file
                    + " has the shape " + Arrays.toString(array.shape) + " but " + array.content.capacity()
                    + " bytes: the file is damaged.");
        }
        return Tensor.of(values(array, (int) elements, width), array.shape.clone());
    }

    private double[] values(NumpyArray array, int elements, int width) {
        ByteBuffer in =
                array.content.duplicate().order(array.type.bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        boolean transposed = array.fortranOrder && array.shape.length > 1;
        if (transposed && array.shape.length > 2) {
            throw new CheckpointException("An array in " + file + " is in Fortran order: save it in C order.");
        }
        double[] values = new double[elements];
        for (int i = 0; i < elements; i++) {
            double value = width == 4 ? in.getFloat(i * 4) : in.getDouble(i * 8);
            int rows = transposed ? (int) array.shape[0] : 1;
            int place = transposed ? i % rows * (int) array.shape[1] + i / rows : i;
            values[place] = value;
        }
        return values;
    }

    private NumpyArray array(String name) {
        NumpyArray array = arrays.get(name);
        if (array == null) {
            throw new CheckpointException(file + " has no array " + RestrictedUnpickler.printable(name) + ".");
        }
        return array;
    }
}
