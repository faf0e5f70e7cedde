package io.adm4j.harness.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdxSourceTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        // Official beginnings of the four label files, in folders with any name.
        "data, 9 0 0 3 0 2 7 2 5 5, Ankle boot",
        "data, 9 2 1 1 6 1 4 6 5 7, Ankle boot",
        "fashion-digits, 5 0 4 1 9 2 1 3 1 4, 9",
        "fashion-digits, 7 2 1 0 4 1 4 9 5 9, 9",
        // Others go by the folder's name.
        "data, 1 2 3, 9",
        "My-Fashion, 1 2 3, Ankle boot",
        // More than ten classes are not clothes.
        "My-Fashion, 1 2 10, 9"
    })
    void clothesAreToldFromDigits(String name, String labels, String nameOfNine) throws IOException {
        Path set = Files.createDirectory(folder.resolve(name));
        byte[] values = new byte[labels.split(" ").length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Byte.parseByte(labels.split(" ")[i]);
        }
        write(set.resolve("train-images-idx3-ubyte"), new int[] {values.length, 1, 1}, new byte[values.length]);
        write(set.resolve("train-labels-idx1-ubyte"), new int[] {values.length}, values);

        Dataset dataset = Dataset.open(set, DatasetOptions.ofSize(1));

        assertEquals(nameOfNine, dataset.classNames().get(9));
        for (int i = 0; i < values.length; i++) {
            assertEquals(values[i], dataset.label(i));
        }
    }

    @Test
    void thereAreAtLeastTenClasses() throws IOException {
        write(new int[] {1, 1, 1}, new byte[1], new byte[] {0});
        assertEquals(10, Dataset.open(folder, DatasetOptions.ofSize(1)).classCount());
        write(new int[] {1, 1, 1}, new byte[1], new byte[] {(byte) 200});
        assertEquals(201, Dataset.open(folder, DatasetOptions.ofSize(1)).classCount());
    }

    @Test
    void smallerImagesGetABorderWithTheOddPixelAtTheEnd() throws IOException {
        write(new int[] {2, 1, 1}, new byte[] {5, 7}, new byte[2]);
        byte[] target = new byte[2 + 4 * 4 * 3];
        Arrays.fill(target, (byte) 9);

        Dataset.open(folder, DatasetOptions.ofSize(4)).copy(1, target, 1);

        byte[] expected = new byte[target.length];
        expected[0] = 9;
        expected[target.length - 1] = 9;
        // Row 1, column 1 of 4.
        Arrays.fill(expected, 1 + 15, 1 + 18, (byte) 7);
        assertArrayEquals(expected, target);
    }

    @Test
    void largerImagesAreResizedAsByTheFolderLoader() throws IOException {
        byte[] gray = new byte[2 * 36];
        for (int i = 0; i < gray.length; i++) {
            gray[i] = (byte) (i * 31);
        }
        write(new int[] {2, 6, 6}, gray, new byte[2]);
        byte[] rgb = new byte[36 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = gray[36 + i / 3];
        }
        byte[] expected = ImageResizer.squared(new PixelImage(6, 6, 3, rgb), 4).pixels();

        byte[] found = new byte[4 * 4 * 3];
        Dataset.open(folder, DatasetOptions.ofSize(4)).copy(1, found);

        assertArrayEquals(expected, found);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void whatIsLargeForTheHeapIsMapped(int size) throws IOException {
        byte[] gray = new byte[7 * 9];
        new Random(1).nextBytes(gray);
        write(new int[] {7, 3, 3}, gray, new byte[7]);

        Dataset mapped = IdxSource.open(folder, DatasetOptions.ofSize(size), 0);
        Dataset inHeap = IdxSource.open(folder, DatasetOptions.ofSize(size), 1000);

        for (int i = 0; i < 7; i++) {
            byte[] found = new byte[size * size * 3];
            byte[] expected = new byte[size * size * 3];
            mapped.copy(i, found);
            inHeap.copy(i, expected);
            assertArrayEquals(expected, found);
        }
    }

    @Test
    void storedSizeIsThatOfTheFile() throws IOException {
        write(new int[] {1, 3, 3}, new byte[9], new byte[1]);
        DatasetOptions stored = DatasetOptions.ofSize(DatasetOptions.AS_STORED);
        assertEquals(3, Dataset.open(folder, stored).imageSize());
    }

    @Test
    void imagesAreSquares() throws IOException {
        write(new int[] {1, 2, 3}, new byte[6], new byte[1]);
        assertMessage("train-images-idx3-ubyte are 3x2; IDX images have to be square");
    }

    @Test
    void headersAreChecked() throws IOException {
        Path images = folder.resolve("train-images-idx3-ubyte");
        write(new int[] {1, 1, 1}, new byte[1], new byte[1]);
        write(images, new int[] {0, 1, 1}, new byte[0]);
        assertMessage("says that dimension 0 is 0 long; it is empty or damaged.");
        write(images, new int[] {1, -1, 1}, new byte[0]);
        assertMessage("says that dimension 1 is -1 long; it is empty or damaged.");
        write(images, new int[] {2, 1 << 15, 1 << 15}, new byte[0]);
        assertMessage("ends too early; copy or download it again.");
        write(images, new int[] {1, 1 << 15, 1 << 15}, new byte[1]);
        assertMessage("ends too early; copy or download it again.");
        // The length is known only when it is unpacked.
        Files.move(images, folder.resolve("train-images-idx3-ubyte.kept"));
        Path packed = folder.resolve("train-images-idx3-ubyte.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(new byte[] {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 9, 9, 9});
        }
        assertMessage("train-images-idx3-ubyte.gz ends too early; copy or download it again.");
        Files.delete(packed);
        write(images, new int[] {1, 1}, new byte[1]);
        assertMessage("is not an IDX file of unsigned bytes with 3 dimensions; it starts with 00000802.");
        Files.write(images, new byte[] {0, 0, 8});
        assertMessage("ends too early; copy or download it again.");
    }

    @Test
    void damagedCompressionIsNamed() throws IOException {
        write(folder.resolve("train-labels-idx1-ubyte"), new int[] {1}, new byte[1]);
        Files.writeString(folder.resolve("train-images-idx3-ubyte.gz"), "not gzip at all");
        assertMessage("train-images-idx3-ubyte.gz could not be read: ");
    }

    @Test
    void checksumIsOfImagesThenLabels() throws IOException {
        write(new int[] {1, 1, 1}, new byte[] {3}, new byte[1]);
        String first = Dataset.open(folder, DatasetOptions.ofSize(1)).checksum();
        write(new int[] {1, 1, 1}, new byte[] {3}, new byte[] {1});
        String other = Dataset.open(folder, DatasetOptions.ofSize(1)).checksum();

        assertEquals(64, first.length());
        assertTrue(!first.equals(other), "labels count");
    }

    private void assertMessage(String part) {
        UserError e = assertThrows(UserError.class, () -> Dataset.open(folder, DatasetOptions.ofSize(1)));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    private void write(int[] shape, byte[] images, byte[] labels) throws IOException {
        write(folder.resolve("train-images-idx3-ubyte"), shape, images);
        write(folder.resolve("train-labels-idx1-ubyte"), new int[] {labels.length}, labels);
    }

    private static void write(Path file, int[] shape, byte[] values) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(4 + 4 * shape.length + values.length).putInt(8 << 8 | shape.length);
        Arrays.stream(shape).forEach(bytes::putInt);
        Files.write(file, bytes.put(values).array());
    }
}
